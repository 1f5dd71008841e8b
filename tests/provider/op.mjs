// SPDX-License-Identifier: Apache-2.0
// The identity provider of tests and demo, on loopback, built on the npm package oidc-provider (an OpenID-certified
// implementation; its warnings about development-only defaults are expected). Never expose it to a network.
//   node op.mjs [port=0]   -> prints one JSON line {"issuer":...,"control":...,"pid":...} on stdout when ready
// Any password is accepted. Control plane (same port, POST unless said):
//   /_test/rotate            new signing keys become first, the previous ones stay published (a normal rotation)
//   /_test/rotate?drop=1     new keys only: the old ones disappear from the key set (an emergency)
//   /_test/user              {"sub":"dave","groups":[...],"email":...} adds or replaces a user
//   /_test/mint              {"header":{..},"claims":{..},"alg":"RS256"} signs any claims with the provider's key;
//                            "payload" and "header_text" are signed as they are; alg HS256 is keyed with a public key
//   /_test/jwks_fail?n=3     the next n reads of the key set answer 503;  GET /_test/stats  counts of requests
import http from 'node:http';
import {
  generateKeyPairSync, createHmac, createPrivateKey, createPublicKey, sign as nsign, constants,
} from 'node:crypto';
import { Provider } from 'oidc-provider';

const port = Number(process.argv[2] || 0);
const person = (name, groups, email_verified = true, email = `${name}@example.com`) =>
  [name, { groups, email, email_verified, name: name[0].toUpperCase() + name.slice(1) }];
const users = new Map([
  person('alice', ['dev', 'ops']),                       // an engineer
  person('bob', ['sre', 'ops']),                         // an approver
  person('carol', ['auditor']),                          // an auditor
  person('mallory', [], false, 'alice@example.com'),     // carries alice's address, unverified
]);

let gen = 0;
function newKeys() {
  gen += 1;
  const jwk = (type, opt, alg) => ({ ...generateKeyPairSync(type, opt).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${gen}` });
  return [
    jwk('rsa', { modulusLength: 2048 }, 'RS256'),
    jwk('rsa', { modulusLength: 2048 }, 'PS256'),
    jwk('ec', { namedCurve: 'P-256' }, 'ES256'),
    jwk('ec', { namedCurve: 'P-384' }, 'ES384'),
    jwk('ed25519', {}, 'EdDSA'),
  ];
}
let keys = newKeys();

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const client = (client_id, o) => ({
  client_id, client_name: client_id, token_endpoint_auth_method: 'none', application_type: 'native',
  grant_types: [device, 'authorization_code', 'refresh_token'], response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'], ...o,          // native + loopback: any port (RFC 8252 7.3)
});
const clients = [
  client('sallyport-cli', {}),                                                    // public client, RS256
  client('sallyport-es256', { id_token_signed_response_alg: 'ES256' }),
  client('sallyport-es384', { id_token_signed_response_alg: 'ES384' }),
  client('sallyport-eddsa', { id_token_signed_response_alg: 'EdDSA' }),
  client('sallyport-ps256', { id_token_signed_response_alg: 'PS256' }),
  client('sallyport-web', { token_endpoint_auth_method: 'client_secret_basic',      // confidential web client
    client_secret: 'test-secret-with-enough-entropy-0123456789', application_type: 'web',
    redirect_uris: ['https://127.0.0.1:9443/oidc/callback', 'https://localhost:9443/oidc/callback'] }),
  client('other-app', {}),                                                        // for "wrong aud" tests
];

function build(issuer) {
  const p = new Provider(issuer, {
    clients, jwks: { keys }, cookies: { keys: ['test-cookie-key'] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    claims: { openid: ['sub', 'auth_time', 'amr', 'acr'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: false,              // scope claims inside the ID token, as Okta/Keycloak/Entra do
    features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true }, revocation: { enabled: true } },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] },
    pkce: { required: () => true },
    ttl: { DeviceCode: 600, IdToken: 3600, AccessToken: 600, AuthorizationCode: 60, Interaction: 600, Session: 3600, Grant: 3600, RefreshToken: 3600 },
    async findAccount(ctx, sub) {
      const u = users.get(sub); if (!u) return undefined;
      return { accountId: sub, async claims() { return { sub, ...u }; } };
    },
  });
  p.on('server_error', (ctx, err) => console.error('server_error', err));
  return p.callback();
}

const b64u = (x) => Buffer.from(x).toString('base64url');
// `kid` names the key, else it is the first of `alg`; the header is the usual one with the members of `header` over it.
function mint({ header = {}, header_text, claims = {}, payload, alg = 'RS256', kid }) {
  const jwk = keys.find((k) => (kid ? k.kid === kid : k.alg === (alg === 'HS256' ? 'RS256' : alg)));
  const head = header_text ?? JSON.stringify({ alg, kid: jwk.kid, typ: 'JWT', ...header });
  const input = `${b64u(head)}.${b64u(payload ?? JSON.stringify(claims))}`;
  if (alg === 'HS256') { // the confusion attack: an HMAC keyed with the text of the public key
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  }
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  let options = key;
  if (alg.startsWith('ES')) options = { key, dsaEncoding: 'ieee-p1363' };
  if (alg.startsWith('PS')) {
    options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  }
  return `${input}.${nsign(hash, Buffer.from(input), options).toString('base64url')}`;
}

let issuer; let handler; let jwksFail = 0; const stats = {};
const body = (req) => new Promise((r) => { let s = ''; req.on('data', (d) => { s += d; }); req.on('end', () => r(s ? JSON.parse(s) : {})); });
const server = http.createServer(async (req, res) => {
  const u = new URL(req.url, issuer);
  const json = (o, c = 200) => { res.writeHead(c, { 'content-type': 'application/json' }); res.end(JSON.stringify(o)); };
  if (!u.pathname.startsWith('/_test/')) {
    stats[u.pathname] = (stats[u.pathname] || 0) + 1;
    if (u.pathname === '/jwks' && jwksFail > 0) { jwksFail -= 1; return json({ error: 'temporarily_unavailable' }, 503); }
    return handler(req, res);
  }
  if (u.pathname === '/_test/stats') return json(stats);
  if (req.method !== 'POST') return json({ error: 'POST' }, 405);
  const b = await body(req);
  switch (u.pathname) {
    case '/_test/rotate': { const n = newKeys(); keys = u.searchParams.get('drop') ? n : [...n, ...keys]; handler = build(issuer); return json(keys.map((k) => k.kid)); }
    case '/_test/user': { const { sub, ...rest } = b; users.set(sub, rest); return json({ sub }); }
    case '/_test/mint': return json({ token: mint(b) });
    case '/_test/jwks_fail': jwksFail = Number(u.searchParams.get('n') || 1); return json({ jwksFail });
    default: return json({ error: 'not found' }, 404);
  }
});
server.listen(port, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  handler = build(issuer);
  console.log(JSON.stringify({ issuer, control: `${issuer}/_test`, pid: process.pid }));
});
process.on('SIGTERM', () => process.exit(0));
