// Authorities and certificates for the servers of the tests, by openssl.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

function openssl(...args) {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function newKey(file) {
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
}

/** {certificate, key}: the paths of an authority's files. */
export function makeAuthority(folder, name) {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const config = join(folder, `${name}.cnf`);
  writeFileSync(config, '[req]\ndistinguished_name = name\nx509_extensions = authority\n[name]\n[authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n');
  newKey(files.key);
  openssl('req', '-x509', '-new', '-key', files.key, '-days', '30', '-subj', `/CN=${name}`, '-out', files.certificate, '-config', config);
  return files;
}

/** `usage` is serverAuth or clientAuth, `names` as in subjectAltName. */
export function makeCertificate(folder, name, authority, usage, names) {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const request = join(folder, `${name}.csr`);
  const config = join(folder, `${name}.cnf`);
  writeFileSync(config, `[req]\ndistinguished_name = name\n[name]\n[leaf]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = ${usage}\nsubjectAltName = ${names}\n`);
  newKey(files.key);
  openssl('req', '-new', '-key', files.key, '-subj', `/CN=${name}`, '-out', request, '-config', config);
  openssl('x509', '-req', '-in', request, '-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial', '-days', '30', '-out', files.certificate, '-extfile', config, '-extensions', 'leaf');
  return files;
}
