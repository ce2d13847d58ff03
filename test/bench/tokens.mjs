// Makes an ES256 key and access tokens signed with it (RFC 9068), for run.sh:
//   node tokens.mjs FOLDER ISSUER AUDIENCE USER NUMBER
// Writes FOLDER/issuer.jwks (the public key) and FOLDER/tokens, one token per line, all different, valid for a day.
import {createHash, generateKeyPairSync, randomUUID, sign} from 'node:crypto';
import {writeFileSync} from 'node:fs';

const [folder, issuer, audience, user, number] = process.argv.slice(2);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
const jwk = publicKey.export({format: 'jwk'});
const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
writeFileSync(`${folder}/issuer.jwks`, JSON.stringify({keys: [{...jwk, kid, alg: 'ES256', use: 'sig'}]}));

const header = encode({alg: 'ES256', typ: 'at+jwt', kid});
const now = Math.floor(Date.now() / 1000);
const lines = [];
for (let i = 0; i < Number(number); ++i) {
  const claims = {iss: issuer, aud: audience, sub: user, client_id: 'bench', jti: randomUUID(), iat: now, exp: now + 86400,
    scope: 'secrets:read secrets:write'};
  const text = `${header}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(text), {key: privateKey, dsaEncoding: 'ieee-p1363'});
  lines.push(`${text}.${signature.toString('base64url')}\n`);
}
writeFileSync(`${folder}/tokens`, lines.join(''), {mode: 0o600});
