// The other side of the HPKE interoperability test: @hpke/core, an implementation that shares no code with Tacit's.
//
// Reads one request per line from standard input and answers each with a line on standard output. All fields are
// hexadecimal, "-" stands for no bytes:
//   open <private key> <info> <aad> <box>         → the plaintext, or "refused"
//   seal <public key> <info> <aad> <plaintext>    → a box
// A box is `enc` (65 bytes) followed by the ciphertext.
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { createInterface } from 'node:readline';

const encSize = 65;
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

// Copies into a new buffer: a Buffer may be a part of a shared one, and the module reads whole ArrayBuffers.
const fromHex = (text) => Uint8Array.from(Buffer.from(text === '-' ? '' : text, 'hex')).buffer;
const toHex = (bytes) => Buffer.from(bytes).toString('hex') || '-';

async function open(key, info, aad, box) {
  const recipientKey = await suite.kem.importKey('raw', key, false);
  const enc = box.slice(0, encSize);
  try {
    return toHex(await suite.open({ recipientKey, enc, info }, box.slice(encSize), aad));
  } catch {
    return 'refused';
  }
}

async function seal(key, info, aad, plaintext) {
  const recipientPublicKey = await suite.kem.importKey('raw', key, true);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, plaintext, aad);
  return toHex(enc) + toHex(ct);
}

const actions = { open, seal };
for await (const line of createInterface({ input: process.stdin })) {
  const [action, ...fields] = line.split(' ');
  if (!Object.hasOwn(actions, action) || fields.length !== 4) throw new Error(`not a request: ${line}`);
  console.log(await actions[action](...fields.map(fromHex)));
}
