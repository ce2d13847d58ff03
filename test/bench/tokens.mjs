// Makes access tokens (RFC 9068), for run.sh and compare.sh:
//   node tokens.mjs FOLDER ISSUER AUDIENCE USER NUMBER [SECRET-FILE]
// Writes FOLDER/tokens, one token per line, all different, valid for a day. USER: a UUID, or `new`: each token is of another user. With
// SECRET-FILE they are signed by HS256 with its content; else by ES256 with a new key, whose public half becomes FOLDER/issuer.jwks.
import {createHash, createHmac, generateKeyPairSync, randomUUID, sign} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';

const [folder, issuer, audience, user, number, secretFile] = process.argv.slice(2);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signerWithNewKey() {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const jwk = publicKey.export({format: 'jwk'});
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
  writeFileSync(`${folder}/issuer.jwks`, JSON.stringify({keys: [{...jwk, kid, alg: 'ES256', use: 'sig'}]}));
  return {header: {alg: 'ES256', typ: 'at+jwt', kid},
    sign: (text) => sign('sha256', Buffer.from(text), {key: privateKey, dsaEncoding: 'ieee-p1363'})};
}

function signerWithSecret(file) {
  const secret = readFileSync(file, 'utf8').trimEnd();
  return {header: {alg: 'HS256', typ: 'at+jwt'}, sign: (text) => createHmac('sha256', secret).update(text).digest()};
}

const signer = secretFile ? signerWithSecret(secretFile) : signerWithNewKey();
const header = encode(signer.header);
const now = Math.floor(Date.now() / 1000);
const lines = [];
for (let i = 0; i < Number(number); ++i) {
  const claims = {iss: issuer, aud: audience, sub: user === 'new' ? randomUUID() : user, client_id: 'bench', jti: randomUUID(), iat: now,
    exp: now + 86400, scope: 'secrets:read secrets:write'};
  const text = `${header}.${encode(claims)}`;
  lines.push(`${text}.${signer.sign(text).toString('base64url')}\n`);
}
writeFileSync(`${folder}/tokens`, lines.join(''), {mode: 0o600});
