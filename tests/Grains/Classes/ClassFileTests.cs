using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Classes;

/// <summary>What is read of a class file is what the API server would have stored; what it would refuse is refused, with line and field.</summary>
public sealed class ClassFileTests
{
    private const string Whole = """
        apiVersion: secrets-store.csi.x-k8s.io/v1
        kind: SecretProviderClass
        metadata:
          name: db
          namespace: shop
          labels: {team: a}
        spec:
          provider: vault
          parameters:
            roleName: "web"
            objects: |
              - objectName: password
          secretObjects:
            - secretName: db-secret
              type: Opaque
              labels: {app: "1"}
              annotations: {note: text}
              data:
                - {objectName: password, key: pw}
        """;

    private static SecretProviderClass One(string text)
    {
        var file = ClassFile.Read(text);
        Assert.Empty(file.Faults);
        return Assert.Single(file.Classes).Class;
    }

    [Fact]
    public void Read_WholeClass_GivesEveryField()
    {
        var read = One(Whole);

        Assert.Equal(
            new SecretProviderClass("shop", "db", "vault",
                new StringMap([new("roleName", "web"), new("objects", "- objectName: password\n")]),
                [
                    new SecretObject("db-secret", "Opaque", new StringMap([new("app", "1")]), new StringMap([new("note", "text")]),
                        [new SecretObjectData("password", "pw")]),
                ]),
            read);
    }

    [Fact]
    public void Read_SameClassAsJson_GivesTheSame()
        => Assert.Equal(One(Whole), One("""
            {"apiVersion": "secrets-store.csi.x-k8s.io/v1alpha1", "kind": "SecretProviderClass",
             "metadata": {"name": "db", "namespace": "shop"},
             "spec": {"provider": "vault", "parameters": {"roleName": "web", "objects": "- objectName: password\n"},
              "secretObjects": [{"secretName": "db-secret", "type": "Opaque", "labels": {"app": "1"}, "annotations": {"note": "text"},
               "data": [{"objectName": "password", "key": "pw"}]}]}}
            """));

    [Fact]
    public void Read_NoNamespace_IsDefault()
        => Assert.Equal("default", One(Whole.Replace("  namespace: shop\n", "", StringComparison.Ordinal)).Namespace);

    [Fact]
    public void Read_SeveralDocumentsListsAndOtherKinds_GivesTheClasses()
    {
        var file = ClassFile.Read($"""
            # a comment
            ---
            {Whole}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {"{name: other}"}
            ---
            ---
            apiVersion: v1
            kind: List
            items:
              - apiVersion: secrets-store.csi.x-k8s.io/v1
                kind: SecretProviderClass
                metadata: {"{name: second}"}
                spec: {"{provider: pki}"}
            """);

        Assert.Empty(file.Faults);
        Assert.Equal(["db", "second"], file.Classes.Select(found => found.Class.Name));
        Assert.Equal("kind is Secret: only SecretProviderClass is read", Assert.Single(file.PassedOver) is var passed ? $"{passed.Field} {passed.What}" : "");
    }

    [Fact]
    public void Read_UnknownFields_ArePassedOverAndNamed()
    {
        var file = ClassFile.Read(Whole
            .Replace("  provider: vault", "  provider: vault\n  providr: x", StringComparison.Ordinal)
            .Replace("      type: Opaque", "      type: Opaque\n      immutable: true", StringComparison.Ordinal));

        Assert.Empty(file.Faults);
        Assert.Equal(["line 17: spec.secretObjects[0].immutable is no field of a SecretProviderClass", "line 9: spec.providr is no field of a SecretProviderClass"],
            file.PassedOver.Select(passed => passed.ToString()));
    }

    public static TheoryData<string, string, string> Spoiled => new()
    {
        { "roleName: \"web\"", "roleName: 8200", "line 10: spec.parameters.roleName is a number, expected a text: put it in quotes" },
        { "roleName: \"web\"", "roleName: 0x1F", "line 10: spec.parameters.roleName is a number" },
        { "roleName: \"web\"", "roleName: 1.5", "line 10: spec.parameters.roleName is a number" },
        { "roleName: \"web\"", "roleName: yes", "line 10: spec.parameters.roleName is a boolean, expected a text: put it in quotes" },
        { "roleName: \"web\"", "roleName:", "line 10: spec.parameters.roleName is nothing, expected a text: put it in quotes" },
        { "roleName: \"web\"", "roleName: [a]", "line 10: spec.parameters.roleName is a list, expected a text" },
        { "roleName: \"web\"", "roleName: !!int \"5\"", "line 10: spec.parameters.roleName is a value with a tag of its own" },
        { "roleName: \"web\"", "objects: twice", "line 11: the key 'objects' stands there twice" },
        { "provider: vault", "provider: {a: b}", "line 8: spec.provider is a mapping, expected a text" },
        { "provider: vault", "<<: {a: b}", "line 8: merge keys" },
        { "provider: vault", "provider: *x", "line 8: the alias *x stands for nothing" },
        { "provider: vault", "provider: \"vault", "line 8" },
        { "provider: vault", "\tprovider: vault", "line 9: While parsing a block mapping" },
        { "name: db", "name: Db_1", "line 4: metadata.name is 'Db_1', expected a name of lower-case letters" },
        { "name: db", "nam: db", "line 4: metadata.name is missing" },
        { "namespace: shop", "namespace: -shop", "line 5: metadata.namespace is '-shop', expected" },
        { "kind: SecretProviderClass", "kin: SecretProviderClass", "line 1: kind is missing" },
        { "x-k8s.io/v1", "x-k8s.io/v2", "line 1: apiVersion is 'secrets-store.csi.x-k8s.io/v2', expected secrets-store.csi.x-k8s.io/v1" },
        { "secretObjects:", "secretObjects: 5 #", "spec.secretObjects is a number, expected a list" },
        { "- {objectName: password, key: pw}", "- password", "spec.secretObjects[0].data[0] is a text, expected a mapping" },
        { "- {objectName: password, key: pw}", "- {objectName: password, key: 1}", "spec.secretObjects[0].data[0].key is a number, expected a text" },
        { "labels: {app: \"1\"}", "labels: {app: 1}", "spec.secretObjects[0].labels.app is a number" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Read_OneFieldSpoiled_SaysLineFieldAndRemedy(string good, string bad, string expected)
    {
        var spoiled = Whole.Replace(good, bad, StringComparison.Ordinal);
        if (bad.StartsWith("secretObjects", StringComparison.Ordinal))
            spoiled = spoiled[..spoiled.IndexOf(" #", StringComparison.Ordinal)];

        var faults = ClassFile.Read(spoiled).Faults.Select(fault => fault.ToString()).ToArray();

        Assert.Contains(faults, fault => fault.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_SeveralFaults_TellsThemAll()
        => Assert.Equal(3, ClassFile.Read(Whole
            .Replace("name: db", "name: Db", StringComparison.Ordinal)
            .Replace("\"web\"", "8200", StringComparison.Ordinal)
            .Replace("key: pw", "key: yes", StringComparison.Ordinal)).Faults.Length);

    [Fact]
    public void Read_SameClassTwice_NamesBothLines()
        => Assert.Equal("line 21: metadata.name is shop/db, as in line 1, expected each class once",
            Assert.Single(ClassFile.Read($"{Whole}\n---\n{Whole}").Faults).ToString());

    [Fact]
    public void Read_ParameterOfWrongType_NeverQuotesItsValue()
        => Assert.DoesNotContain("271828", Assert.Single(ClassFile.Read(Whole.Replace("\"web\"", "271828", StringComparison.Ordinal)).Faults).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    [InlineData('?')]
    public void Read_NestedWithoutEnd_IsRefused(char open)
    {
        var text = open is '-' or '?' ? string.Concat(Enumerable.Repeat(open + " ", 100_000)) : new string(open, 100_000);
        Assert.NotEmpty(ClassFile.Read(text).Faults);
    }

    [Fact]
    public void Read_AliasesThatMultiply_AreNotMultiplied()
    {
        var bomb = "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 25).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        Assert.NotEmpty(ClassFile.Read(bomb).Faults);
    }
}
