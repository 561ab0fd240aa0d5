// Drives the server of the tests with Google's own clients: what they do not understand is a defect of the server.
// PORT, POOL, ACCOUNT, POD_TOKEN, OTHER_TOKEN and KEY say where and who; each line of output is one finding as `name=value`.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.cwd()}/`);
const { Compute, ExternalAccountClient, JWT, OAuth2Client } = require('google-auth-library');
const { SecretManagerServiceClient } = require('@google-cloud/secret-manager');
const { ParameterManagerClient } = require('@google-cloud/parametermanager');

const { PORT, POOL, ACCOUNT, POD_TOKEN, OTHER_TOKEN, KEY } = process.env;
const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
const say = (name, value) => console.log(`${name}=${value}`);
// The clients of the services give the whole body as the message.
const said = (error) => {
  const body = error.response?.data ?? JSON.parse(error.message);
  return typeof body.error === 'string' ? body.error : body.error.message.split('. ')[0];
};
const refused = async (name, call) => {
  try {
    await call();
    say(name, 'allowed');
  } catch (error) {
    say(name, `${error.response?.status ?? error.code} ${said(error)}`.trim());
  }
};

const federated = (audience, file, more = {}) => ExternalAccountClient.fromJSON({
  type: 'external_account',
  audience,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: `https://localhost:${PORT}/v1/token`,
  credential_source: { file },
  scopes,
  ...more,
});
const kind = async (client) => (await client.getAccessToken()).token.split('.').slice(0, 2).join('.');

const pod = federated(POOL, POD_TOKEN);
say('exchange', await kind(pod));
say('impersonation', await kind(federated(POOL, POD_TOKEN,
  { service_account_impersonation_url: `https://localhost:${PORT}/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken` })));

const key = JSON.parse(readFileSync(KEY));
const jwt = new JWT({ email: key.client_email, key: key.private_key, keyId: key.private_key_id, scopes });
const transporter = jwt.transporter;
const direct = transporter.request.bind(transporter);
transporter.request = (options) => direct({ ...options, url: String(options.url).replace('https://oauth2.googleapis.com', `https://localhost:${PORT}`) });
if (jwt.gtoken) jwt.gtoken.transporter = { request: transporter.request };
say('key', await kind(jwt));

// GCE_METADATA_HOST says where the metadata server of the machine is.
say('machine', await kind(new Compute({ scopes })));

await refused('wrong-audience', () => kind(federated(POOL, OTHER_TOKEN)));
await refused('wrong-pool', () => kind(federated(POOL.replace('prod', 'none'), POD_TOKEN)));

const options = (authClient) => ({ apiEndpoint: 'localhost', port: Number(PORT), fallback: 'rest', authClient, projectId: 'shop' });
const secrets = new SecretManagerServiceClient(options(pod));
const crc32c = (bytes) => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
};
const add = async (parent, text) => (await secrets.addSecretVersion({ parent, payload: { data: Buffer.from(text), dataCrc32c: crc32c(Buffer.from(text)) } }))[0].name;
const access = async (name) => (await secrets.accessSecretVersion({ name }, { retry: null }))[0];

say('created', (await secrets.createSecret({ parent: 'projects/shop', secretId: 'shop', secret: { replication: { automatic: {} } } }))[0].name);
say('added', await add('projects/shop/secrets/shop', 'pässword'));
await refused('bad-crc', () => secrets.addSecretVersion({ parent: 'projects/shop/secrets/shop', payload: { data: Buffer.from('x'), dataCrc32c: 1 } }));
const first = await access('projects/shop/secrets/shop/versions/1');
say('access', `${first.name} ${Buffer.from(first.payload.data)} ${Number(first.payload.dataCrc32c) === crc32c(Buffer.from(first.payload.data))}`);
await add('projects/shop/secrets/shop', 'second');
const latest = await access('projects/shop/secrets/shop/versions/latest');
say('latest', `${latest.name} ${Buffer.from(latest.payload.data)}`);
await refused('missing', () => access('projects/shop/secrets/none/versions/1'));
await refused('no-version', () => access('projects/shop/secrets/shop/versions/9'));
await refused('disabled', () => access('projects/shop/secrets/off/versions/1'));
await refused('denied', () => access('projects/shop/secrets/denied/versions/1'));

const nobody = new OAuth2Client();
nobody.setCredentials({ access_token: 'ya29.none', expiry_date: Date.now() + 3600_000 });
await refused('bad-login', () => new SecretManagerServiceClient(options(nobody)).accessSecretVersion({ name: 'projects/shop/secrets/shop/versions/1' }, { retry: null }));

const region = 'projects/shop/locations/europe-west4';
await secrets.createSecret({ parent: region, secretId: 'local', secret: {} });
await add(`${region}/secrets/local`, 'here');
const local = await access(`${region}/secrets/local/versions/1`);
say('regional', `${local.name} ${Buffer.from(local.payload.data)}`);

const parameters = new ParameterManagerClient(options(pod));
const parent = 'projects/shop/locations/global';
await parameters.createParameter({ parent, parameterId: 'app', parameter: { format: 'JSON' } });
await parameters.createParameterVersion({
  parent: `${parent}/parameters/app`,
  parameterVersionId: 'v1',
  parameterVersion: { payload: { data: Buffer.from('{"password": "__REF__(\\"//secretmanager.googleapis.com/projects/shop/secrets/shop/versions/latest\\")"}') } },
});
const [rendered] = await parameters.renderParameterVersion({ name: `${parent}/parameters/app/versions/v1` });
say('rendered', Buffer.from(rendered.renderedPayload));
await refused('no-parameter', () => parameters.renderParameterVersion({ name: `${parent}/parameters/none/versions/v1` }, { retry: null }));
