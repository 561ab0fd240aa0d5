// Drives the server of the tests with the best-known client of Vault: what that client does not understand is a defect of the server.
// VAULT_ADDR and POD_TOKEN say where and who; each line of output is one finding as `name=value`.
import { createRequire } from 'node:module';

const vault = createRequire(`${process.cwd()}/`)('node-vault')({ apiVersion: 'v1', endpoint: process.env.VAULT_ADDR });
const say = (name, value) => console.log(`${name}=${value}`);
const refused = async (name, call) => {
  try {
    await call();
    say(name, 'allowed');
  } catch (error) {
    say(name, `${error.response?.statusCode ?? error.name}: ${error.message}`);
  }
};

say('sealed', (await vault.health()).sealed);
await refused('no-token', () => vault.read('kv/data/shop'));
await refused('no-role', () => vault.kubernetesLogin({ mount_point: 'kubernetes', role: 'none', jwt: process.env.POD_TOKEN }));
await refused('no-jwt', () => vault.kubernetesLogin({ mount_point: 'kubernetes', role: 'web', jwt: 'a.b.c' }));

const login = await vault.kubernetesLogin({ mount_point: 'kubernetes', role: 'web', jwt: process.env.POD_TOKEN });
say('login', `${login.auth.token_type} ${login.auth.lease_duration} ${login.auth.renewable}`);
vault.token = login.auth.client_token;
say('lookup', (await vault.tokenLookupSelf()).data.accessor === login.auth.accessor);
say('renewed', (await vault.tokenRenewSelf()).auth.lease_duration);

await vault.write('kv/data/shop', { data: { user: 'carol' } });
const secret = await vault.read('kv/data/shop');
say('kv2', `${secret.data.data.user} ${secret.data.metadata.version}`);
say('kv2-version', (await vault.read('kv/data/shop?version=1')).data.data.user);
await refused('kv2-missing', () => vault.read('kv/data/none'));
await vault.write('old/shop', { user: 'dave' });
say('kv1', (await vault.read('old/shop')).data.user);
await vault.delete('old/shop');
await refused('kv1-deleted', () => vault.read('old/shop'));

const creds = await vault.read('database/creds/shop');
say('creds', `${creds.data.username} ${creds.lease_duration} ${creds.renewable}`);
say('lease', (await vault.renew({ lease_id: creds.lease_id, increment: 600 })).lease_duration);
await vault.revoke({ lease_id: creds.lease_id });
await refused('lease-gone', () => vault.renew({ lease_id: creds.lease_id }));

const issued = await vault.write('pki/issue/shop', { common_name: 'shop.example.com' });
say('pki', issued.data.certificate.startsWith('-----BEGIN CERTIFICATE-----') && issued.data.ca_chain.length === 1);
await refused('pki-name', () => vault.write('pki/issue/shop', { common_name: 'evil.org' }));

await vault.tokenRevokeSelf();
await refused('revoked', () => vault.read('kv/data/shop'));
