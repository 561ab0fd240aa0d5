// Drives the servers of the tests with Azure's own clients: what they do not understand is a defect of the servers.
// They ask for the real names; LOGIN and VAULT say where on this machine those are to be found.
import { createRequire } from 'node:module';
import tls from 'node:tls';

const places = { 'login.microsoftonline.com': process.env.LOGIN, 'shop-kv.vault.azure.net': process.env.VAULT };
const connect = tls.connect;
tls.connect = (options, ...rest) => {
  if (!places[options.host]) throw new Error(`nobody plays ${options.host}`);
  return connect({ ...options, host: 'localhost', port: places[options.host], servername: options.host }, ...rest);
};

const require = createRequire(`${process.cwd()}/`);
const { ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = require('@azure/identity');
const { SecretClient } = require('@azure/keyvault-secrets');
const { KeyClient } = require('@azure/keyvault-keys');
const { CertificateClient } = require('@azure/keyvault-certificates');

const { TENANT, CLIENT, OTHER, POD_TOKEN, BAD_TOKEN, TOKEN_FILE, PASSWORD, PFX } = process.env;
const once = { retryOptions: { maxRetries: 0 } };
const vault = 'https://shop-kv.vault.azure.net';
const scope = 'https://vault.azure.net/.default';
const say = (name, value) => console.log(`${name}=${value}`);
const refused = async (name, call) => {
  try {
    await call();
    say(name, 'allowed');
  } catch (error) {
    say(name, `${error.statusCode ?? ''} ${error.code ?? ''} ${/AADSTS\d+/.exec(error.message)?.[0] ?? ''}`.trim().replace(/ +/g, ' '));
  }
};
const all = async list => {
  const found = [];
  for await (const one of list) found.push(one);
  return found;
};

const pod = new WorkloadIdentityCredential({ tenantId: TENANT, clientId: CLIENT, tokenFilePath: TOKEN_FILE });
say('login', (await pod.getToken(scope)).token.split('.').length);
const application = new ClientSecretCredential(TENANT, OTHER, PASSWORD, once);
say('password', (await application.getToken(scope)).token.length > 0);
const assertion = token => new ClientAssertionCredential(TENANT, CLIENT, async () => token, once);
say('assertion', (await assertion(POD_TOKEN).getToken(scope)).token.length > 0);
await refused('bad-token', () => assertion(BAD_TOKEN).getToken(scope));
await refused('bad-password', () => new ClientSecretCredential(TENANT, OTHER, 'wrong', once).getToken(scope));
await refused('bad-client', () => new ClientAssertionCredential(TENANT, '00000000-0000-0000-0000-000000000000', async () => POD_TOKEN, once).getToken(scope));
await refused('bad-tenant', () => new ClientAssertionCredential('00000000-0000-0000-0000-000000000000', CLIENT, async () => POD_TOKEN, once).getToken(scope));

// AZURE_POD_IDENTITY_AUTHORITY_HOST says where the metadata service of the machine is.
const machine = (clientId) => new ManagedIdentityCredential({ clientId, ...once });
say('machine', (await machine(CLIENT).getToken(scope)).token.split('.').length);
say('no-identity', await machine('00000000-0000-0000-0000-000000000000').getToken(scope).catch((error) => error.name));

const secrets = new SecretClient(vault, pod, once);
for (const value of ['one', 'two', 'three']) await secrets.setSecret('db', value, { contentType: 'text/plain' });
const secret = await secrets.getSecret('db');
say('secret', `${secret.value} ${secret.name} ${secret.properties.contentType} ${secret.properties.enabled} ${secret.properties.vaultUrl}`);
const versions = await all(secrets.listPropertiesOfSecretVersions('db'));
say('versions', `${versions.length} ${versions.every(one => one.name === 'db' && one.createdOn instanceof Date)}`);
say('first', (await secrets.getSecret('db', { version: versions[0].version })).value);
await secrets.updateSecretProperties('db', versions[0].version, { enabled: false });
await refused('disabled', () => secrets.getSecret('db', { version: versions[0].version }));
await refused('missing', () => secrets.getSecret('none'));
await refused('bad-name', () => secrets.getSecret('a_b'));
await refused('no-right', () => new SecretClient(vault, application, once).getSecret('db'));

const keys = new KeyClient(vault, pod, once);
await keys.createRsaKey('signing', { keySize: 2048 });
await keys.createEcKey('signing', { curve: 'P-256' });
const key = await keys.getKey('signing');
say('key', `${key.keyType} ${key.key.crv} ${key.key.x.length} ${(await all(keys.listPropertiesOfKeyVersions('signing'))).length}`);
await refused('no-key', () => keys.getKey('none'));

const certificates = new CertificateClient(vault, pod, once);
await certificates.importCertificate('tls', Buffer.from(PFX, 'base64'));
const certificate = await certificates.getCertificate('tls');
say('certificate', `${certificate.name} ${certificate.cer.length > 100} ${certificate.keyId.startsWith(`${vault}/keys/tls/`)} ${certificate.secretId.startsWith(`${vault}/secrets/tls/`)} ${certificate.policy.contentType} ${(await all(certificates.listPropertiesOfCertificateVersions('tls'))).length}`);
const bag = await secrets.getSecret('tls');
say('bag', `${bag.properties.contentType} ${bag.properties.certificateKeyId.startsWith(`${vault}/keys/tls/`)} ${bag.properties.managed}`);
await refused('no-certificate', () => certificates.getCertificate('none'));
