// Makes certificate requests and follows them, as Kubernetes' own client does. Prints what it saw.
import { createRequire } from 'node:module';

const k8s = await import(createRequire(`${process.cwd()}/`).resolve('@kubernetes/client-node'));

const { API_SERVER, API_CA, POD_TOKEN, SIGNING_REQUEST } = process.env;
const config = new k8s.KubeConfig();
config.loadFromOptions({
  clusters: [{ name: 'test', server: API_SERVER, caData: Buffer.from(API_CA).toString('base64') }],
  users: [{ name: 'pod', token: POD_TOKEN }],
  contexts: [{ name: 'pod', cluster: 'test', user: 'pod' }],
  currentContext: 'pod',
});

const request = Buffer.from(SIGNING_REQUEST).toString('base64');
const place = { group: 'cert-manager.io', version: 'v1', namespace: 'default', plural: 'certificaterequests' };
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const signing = config.makeApiClient(k8s.CertificatesV1Api);
const condition = (item, type) => (item.status?.conditions ?? []).find((one) => one.type === type);
const refusal = async (call) => { try { await call; return 'none'; } catch (e) { return `${e.code} ${JSON.parse(e.body).reason}`; } };

/** The first object that a watch shows for which `wanted` holds. */
const follow = (path, wanted) => new Promise((resolve, reject) => {
  const watching = new k8s.Watch(config).watch(path, { allowWatchBookmarks: true }, (type, item) => {
    if (type !== 'BOOKMARK' && wanted(item)) {
      resolve(item);
      watching.then((controller) => controller.abort());
    }
  }, (e) => e && e.name !== 'AbortError' && reject(e));
});

const body = (name, spec) => ({ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name, namespace: 'default' }, spec });
const made = await custom.createNamespacedCustomObject({ ...place, body: body('tls', { request, issuerRef: { name: 'ca' }, usages: ['digital signature'] }) });
console.log(`made=${made.kind} by ${made.spec.username}`);
const issued = await follow('/apis/cert-manager.io/v1/namespaces/default/certificaterequests', (item) => condition(item, 'Ready')?.status === 'True');
console.log(`issued=${condition(issued, 'Approved').status} ${condition(issued, 'Ready').reason} ${Buffer.from(issued.status.certificate, 'base64').toString().split('\n')[0]}`);
console.log(`again=${await refusal(custom.createNamespacedCustomObject({ ...place, body: made }))}`);
console.log(`malformed=${await refusal(custom.createNamespacedCustomObject({ ...place, body: body('bad', { request: 'bm8=', issuerRef: { name: 'ca' } }) }))}`);
await custom.deleteNamespacedCustomObject({ ...place, name: 'tls' });
console.log(`deleted=${await refusal(custom.getNamespacedCustomObject({ ...place, name: 'tls' }))}`);

await signing.createCertificateSigningRequest({ body: { metadata: { name: 'web' }, spec: { request, signerName: 'example.com/web', usages: ['digital signature'], expirationSeconds: 3600 } } });
const signed = await follow('/apis/certificates.k8s.io/v1/certificatesigningrequests', (item) => item.status?.certificate);
const read = await signing.readCertificateSigningRequest({ name: 'web' });
console.log(`signed=${condition(signed, 'Approved').status} by ${read.spec.username}`);
process.exit(0);
