// Drives the servers of the tests with the vendor's own clients: what they do not understand is a defect of the servers. Lines on standard output are findings as
// `name=value`. AWS_SERVER says where; TOKEN, OTHER_TOKEN and NOW are a pod's tokens and the servers' time; JMES is a document and expressions to be evaluated by
// jmespath.js; SIGN is a request to be signed by @smithy/signature-v4.
import { createRequire } from 'node:module';

import http from 'node:http';
import net from 'node:net';

const need = createRequire(`${process.cwd()}/`);
const { SecretsManagerClient, ...secrets } = need('@aws-sdk/client-secrets-manager');
const { SSMClient, ...ssm } = need('@aws-sdk/client-ssm');
const { STSClient, ...sts } = need('@aws-sdk/client-sts');
const { SignatureV4 } = need('@smithy/signature-v4');
const { Sha256 } = need('@aws-crypto/sha256-js');
const { fromHttp } = need('@aws-sdk/credential-provider-http');
const jmespath = need('jmespath');

// The agent of Pod Identity answers under its own address only: AGENT_PORT is where that is on this machine.
const connect = http.Agent.prototype.createConnection;
http.Agent.prototype.createConnection = function (options, ...rest) {
  return options.host === '169.254.170.23' ? net.connect({ host: '127.0.0.1', port: process.env.AGENT_PORT }, ...rest) : connect.call(this, options, ...rest);
};

const say = (name, value) => console.log(`${name}=${value}`);
const region = 'eu-west-1';
const options = (credentials) => ({
  region, endpoint: process.env.AWS_SERVER, credentials, maxAttempts: 1, systemClockOffset: Number(process.env.NOW) - Date.now(),
});
const refused = async (name, call) => {
  try {
    await call();
    say(name, 'allowed');
  } catch (error) {
    say(name, `${error.$metadata?.httpStatusCode} ${error.name}: ${error.message}`);
  }
};

const anonymous = new STSClient(options({ accessKeyId: 'none', secretAccessKey: 'none' }));
const login = (token, role) => anonymous.send(new sts.AssumeRoleWithWebIdentityCommand({
  RoleArn: `arn:aws:iam::123456789012:role/${role}`, RoleSessionName: 'npm', WebIdentityToken: token, DurationSeconds: 1800,
}));
await refused('audience', () => login(process.env.OTHER_TOKEN, 'shop'));
await refused('untrusted', () => login(process.env.TOKEN, 'none'));
await refused('nonsense', () => login('a.b.c', 'shop'));
const given = await login(process.env.TOKEN, 'shop');
say('login', `${given.SubjectFromWebIdentityToken} ${given.Audience} ${(given.Credentials.Expiration.getTime() - Number(process.env.NOW)) / 1000}`);
const keys = { accessKeyId: given.Credentials.AccessKeyId, secretAccessKey: given.Credentials.SecretAccessKey, sessionToken: given.Credentials.SessionToken };
const mine = new STSClient(options(keys));
say('me', (await mine.send(new sts.GetCallerIdentityCommand({}))).Arn);
await refused('external-id', () => mine.send(new sts.AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/other', RoleSessionName: 'npm' })));
say('assumed', (await mine.send(new sts.AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/other', RoleSessionName: 'npm', ExternalId: '42' }))).AssumedRoleUser.Arn);

const agent = (token) => fromHttp({ awsContainerCredentialsFullUri: 'http://169.254.170.23/v1/credentials', awsContainerAuthorizationToken: token, maxRetries: 0 })();
const ofAgent = await agent(process.env.AGENT_TOKEN);
say('agent', `${ofAgent.expiration instanceof Date} ${(await new STSClient(options(ofAgent)).send(new sts.GetCallerIdentityCommand({}))).Arn}`);
say('agent-audience', await agent(process.env.OTHER_TOKEN).catch((error) => error.name));

const store = new SecretsManagerClient(options(keys));
await store.send(new secrets.CreateSecretCommand({ Name: 'npm/db', SecretString: 'first' }));
const put = await store.send(new secrets.PutSecretValueCommand({ SecretId: 'npm/db', SecretString: 'second' }));
await store.send(new secrets.CreateSecretCommand({ Name: 'npm/key', SecretBinary: Buffer.from('bytes') }));
const read = await store.send(new secrets.GetSecretValueCommand({ SecretId: 'npm/db' }));
say('secret', `${read.SecretString} ${read.VersionStages} ${read.VersionId === put.VersionId} ${read.CreatedDate instanceof Date}`);
say('previous', (await store.send(new secrets.GetSecretValueCommand({ SecretId: read.ARN, VersionStage: 'AWSPREVIOUS' }))).SecretString);
say('binary', Buffer.from((await store.send(new secrets.GetSecretValueCommand({ SecretId: 'npm/key' }))).SecretBinary).toString());
say('described', (await store.send(new secrets.DescribeSecretCommand({ SecretId: 'npm/db' }))).VersionIdsToStages[put.VersionId]);
const batch = await store.send(new secrets.BatchGetSecretValueCommand({ SecretIdList: ['npm/db', 'npm/none', 'npm/key'] }));
say('batch', `${batch.SecretValues.map((one) => one.Name)} ${batch.Errors.map((one) => `${one.SecretId} ${one.ErrorCode}`)}`);
await refused('missing', () => store.send(new secrets.GetSecretValueCommand({ SecretId: 'npm/none' })));
await store.send(new secrets.DeleteSecretCommand({ SecretId: 'npm/key' }));
await refused('deleted', () => store.send(new secrets.GetSecretValueCommand({ SecretId: 'npm/key' })));

const parameters = new SSMClient(options(keys));
await parameters.send(new ssm.PutParameterCommand({ Name: '/npm/flag', Value: 'on', Type: 'SecureString' }));
await parameters.send(new ssm.PutParameterCommand({ Name: '/npm/flag', Value: 'off', Type: 'SecureString', Overwrite: true }));
await parameters.send(new ssm.LabelParameterVersionCommand({ Name: '/npm/flag', ParameterVersion: 1, Labels: ['old'] }));
const got = await parameters.send(new ssm.GetParametersCommand({ Names: ['/npm/flag', '/npm/flag:1', '/npm/flag:old', '/npm/none'], WithDecryption: true }));
say('parameters', `${got.Parameters.map((one) => `${one.Name}${one.Selector ?? ''} ${one.Value} ${one.Version}`)} ${got.InvalidParameters}`);

await refused('other-key', () => new SecretsManagerClient(options({ ...keys, secretAccessKey: 'x' })).send(new secrets.GetSecretValueCommand({ SecretId: 'npm/db' })));
await refused('no-token', () => new SecretsManagerClient(options({ ...keys, sessionToken: undefined })).send(new secrets.GetSecretValueCommand({ SecretId: 'npm/db' })));
await refused('late', () => new SSMClient({ ...options(keys), systemClockOffset: Number(process.env.NOW) - 600_000 - Date.now() }).send(new ssm.GetParametersCommand({ Names: ['a'] })));

const sign = JSON.parse(process.env.SIGN);
const signer = new SignatureV4({ credentials: sign.credentials, region: sign.region, service: sign.service, sha256: Sha256, applyChecksum: false });
const signed = await signer.sign({ method: 'POST', protocol: 'https:', hostname: sign.headers.host, path: sign.path, query: {}, headers: sign.headers, body: sign.body }, { signingDate: new Date(sign.date) });
say('signed', signed.headers.authorization);

for (const service of ['sts', 'secretsmanager', 'ssm'])
  for (const place of process.env.REGIONS.split(' '))
    for (const UseFIPS of [false, true])
      for (const UseDualStack of [false, true]) {
        const client = { sts: STSClient, secretsmanager: SecretsManagerClient, ssm: SSMClient }[service];
        const { url } = new client({ ...options(keys), endpoint: undefined, region: place }).config.endpointProvider({ Region: place, UseFIPS, UseDualStack, ...(service === 'sts' ? { UseGlobalEndpoint: false } : {}) });
        say(`at ${service} ${place} ${UseFIPS} ${UseDualStack}`, url.href);
      }

const { document, expressions } = JSON.parse(process.env.JMES);
const sorted = (value) => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value ?? null;
for (const expression of expressions)
  say(`jmes ${expression}`, JSON.stringify(sorted(jmespath.search(document, expression))));
