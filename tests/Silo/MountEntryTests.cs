using ActorCsi.Silo.Doctor;

namespace ActorCsi.Tests.Silo;

/// <summary>Lines of mountinfo are read as the kernel writes them.</summary>
public sealed class MountEntryTests
{
    [Fact]
    public void ReadAll_EscapedNames_AreUnescaped()
        => Assert.Equal("/a b\\c", Read(@"6 4 0:99 / /a\040b\134c rw - tmpfs actorcsi rw").Point);

    [Fact]
    public void ReadAll_SeveralOptionalFields_AreAllPropagation()
    {
        var mount = Read("6 4 0:99 /sub /a ro,nosuid shared:7 master:3 - ext4 /dev/sda1 rw,errors=remount-ro");

        Assert.Equal(["shared:7", "master:3"], mount.Propagation);
        Assert.Equal(("/sub", "ext4", "/dev/sda1"), (mount.Root, mount.Type, mount.Source));
        Assert.True(mount.IsReadOnly);
        Assert.True(mount.IsShared);
    }

    [Fact]
    public void ReadAll_NoOptionalField_IsPrivate()
        => Assert.False(Read("6 4 0:99 / /a rw - tmpfs actorcsi rw").IsShared);

    [Theory]
    [InlineData("")]
    [InlineData("6 4 0:99 / /a rw")]
    [InlineData("6 4 0:99 / /a rw - tmpfs")]
    public void ReadAll_NotALineOfMountinfo_IsPassedOver(string line)
        => Assert.Empty(MountEntry.ReadAll(line));

    private static MountEntry Read(string line) => Assert.Single(MountEntry.ReadAll(line + "\n"));
}
