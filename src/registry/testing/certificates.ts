import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The files of one certificate. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** A certificate authority of a test, in a temporary folder. It needs `openssl` on the PATH. */
export class TestAuthority {
  readonly folder: string
  /** The authority's certificate. */
  readonly ca: string
  readonly #key: string
  #issued = 0

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'authority-'))
    this.ca = join(this.folder, 'ca.pem')
    this.#key = join(this.folder, 'ca.key')
    openssl(`req -x509 ${NEW_KEY} -keyout ${this.#key} -out ${this.ca} -days 2 -subj /CN=authority`)
  }

  /**
   * Issues a certificate.
   * @param names such as `DNS:localhost,IP:127.0.0.1`.
   * @param days until it ends; -1: it has ended already.
   */
  issue(names: string, { days = 2 }: { readonly days?: number } = {}): CertificateFiles {
    this.#issued += 1
    const file = (ending: string) => join(this.folder, `${this.#issued}.${ending}`)
    const files = { cert: file('pem'), key: file('key') }
    writeFileSync(file('ext'), `subjectAltName=${names}\n`)
    openssl(`req ${NEW_KEY} -keyout ${files.key} -out ${file('csr')} -subj /CN=test`)
    openssl(
      `x509 -req -in ${file('csr')} -CA ${this.ca} -CAkey ${this.#key} -out ${files.cert} ` +
        `-extfile ${file('ext')} -set_serial ${this.#issued} -days ${days}`,
    )
    return files
  }

  /** A file of this folder, with this content. */
  write(name: string, content: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'

/** @param args separated by spaces, which no temporary folder has. */
function openssl(args: string): void {
  execFileSync('openssl', args.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] })
}
