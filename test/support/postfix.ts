/** Postfix, real: with a configuration, a queue and mailboxes of the test's own, until it is stopped. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testTls } from '../../packages/net/src/testing.ts'
import { Daemon, freePort } from './daemon.ts'
import { program } from './program.ts'

/** The domain whose mail it keeps. Everybody in it has one and the same mailbox; who is called "nobody" is not known. */
export const postfixDomain = 'postfix.example'

export interface PostfixOptions {
  /** Where mail for a domain goes: a port on this machine. */
  readonly routes?: Readonly<Record<string, number>>
  /** Whether it writes each command of a client down. */
  readonly talkative?: boolean
  /** More lines of main.cf. */
  readonly settings?: Readonly<Record<string, string | number>>
}

const deliveredText = 'delivered to maildir'

export class Postfix {
  readonly directory: string
  readonly port: number
  /** The same without CHUNKING and 8BITMIME, as older servers are. */
  readonly oldPort: number
  #daemon: Daemon | null = null
  #before = ''

  constructor(directory: string, port: number, oldPort: number) {
    this.directory = directory
    this.port = port
    this.oldPort = oldPort
  }

  static async start({ routes = {}, talkative = false, settings = {} }: PostfixOptions = {}): Promise<Postfix> {
    const directory = mkdtempSync(join(tmpdir(), 'lemonade-postfix-'))
    const postfix = new Postfix(directory, await freePort(), await freePort())
    postfix.#configure(routes, talkative, settings)
    try {
      await postfix.run()
    } catch (error) {
      await postfix.stop()
      throw error
    }
    return postfix
  }

  /** Starts it, also again after `halt`. */
  async run(): Promise<void> {
    const words = ['/usr/sbin/postfix', '-c', join(this.directory, 'etc'), 'start-fg']
    // It opens /dev/stdout anew, which works for a pipe of the shell's and not for a socket of Node's.
    this.#daemon = new Daemon('bash', ['-c', 'exec "$@" > >(exec cat) 2>&1', 'bash', ...words])
    await Promise.all([this.#daemon.listens(this.port), this.#daemon.listens(this.oldPort)])
  }

  /** All that it logged. */
  get log(): string {
    return this.#before + (this.#daemon?.said ?? '')
  }

  /** Resolves when it has logged something like that since it was last started. */
  logs(pattern: RegExp): Promise<string> {
    if (this.#daemon === null) throw new Error('Postfix is not running')
    return this.#daemon.says(pattern)
  }

  /** The message in its mailbox that a test looks for; throws where that does not come. */
  async message(matches: RegExp): Promise<string> {
    for (;;) {
      // Counted before the look, so that what is delivered between the two is not missed.
      const delivered = this.log.split(deliveredText).length - 1
      const found = this.messages().find(message => matches.test(message))
      if (found !== undefined) return found
      const earlier = this.#before.split(deliveredText).length - 1
      await this.logs(new RegExp(`(?:${deliveredText}.*?){${delivered - earlier + 1}}`, 's'))
    }
  }

  messages(): readonly string[] {
    const folder = join(this.directory, 'mail', 'all', 'new')
    try {
      return readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
    } catch {
      return []
    }
  }

  /** Stops it; what is in its queue stays. */
  async halt(): Promise<void> {
    if (this.#daemon === null) return
    // The process that was started only waits for the one that does the work.
    await program('/usr/sbin/postfix', ['-c', join(this.directory, 'etc'), 'stop'])
    await this.#daemon.stop()
    this.#before = this.log
    this.#daemon = null
  }

  async stop(): Promise<void> {
    await this.halt()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #configure(
    routes: Readonly<Record<string, number>>,
    talkative: boolean,
    more: NonNullable<PostfixOptions['settings']>,
  ) {
    const { directory } = this
    // Its processes have users of their own, who must get through to here.
    chmodSync(directory, 0o755)
    const folder = (name: string, owner?: string) => {
      const path = join(directory, name)
      mkdirSync(path, { recursive: true })
      if (owner !== undefined) execFileSync('chown', [owner, path])
      return path
    }
    const etc = folder('etc')
    const { certificate, key } = testTls(postfixDomain)
    const pem = join(etc, 'tls.pem')
    writeFileSync(pem, `${key}${certificate}`, { mode: 0o600 })
    const transports = Object.entries(routes).map(([domain, port]) => `{ ${domain} = smtp:[127.0.0.1]:${port} }`)
    const settings: Record<string, string | number> = {
      compatibility_level: '3.6',
      queue_directory: folder('queue'),
      data_directory: folder('data', 'postfix'),
      command_directory: '/usr/sbin',
      daemon_directory: '/usr/lib/postfix/sbin',
      mail_owner: 'postfix',
      setgid_group: 'postdrop',
      maillog_file: '/dev/stdout',
      myhostname: `mx.${postfixDomain}`,
      mydestination: '',
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      mynetworks: '127.0.0.0/8',
      alias_maps: '',
      local_recipient_maps: '',
      virtual_mailbox_domains: postfixDomain,
      virtual_mailbox_base: folder('mail', 'nobody'),
      virtual_mailbox_maps: 'static:all/',
      virtual_minimum_uid: 1,
      virtual_uid_maps: `static:${execFileSync('id', ['-u', 'nobody']).toString().trim()}`,
      virtual_gid_maps: `static:${execFileSync('id', ['-g', 'nobody']).toString().trim()}`,
      smtpd_recipient_restrictions: `check_recipient_access inline:{ { nobody@${postfixDomain} = 550 5.1.1 No such user } }, permit_mynetworks, reject`,
      transport_maps: `inline:{ ${transports.join(' ')} }`,
      relay_domains: Object.keys(routes).join(' '),
      smtp_dns_support_level: 'disabled',
      smtp_tls_security_level: 'may',
      smtpd_tls_security_level: 'may',
      smtpd_tls_chain_files: pem,
      smtpd_tls_loglevel: 1,
      smtp_tls_loglevel: 1,
      smtputf8_enable: 'yes',
      message_size_limit: 100_000_000,
      mailbox_size_limit: 0,
      virtual_mailbox_limit: 0,
      queue_run_delay: '1s',
      minimal_backoff_time: '1s',
      maximal_backoff_time: '2s',
      smtpd_client_connection_count_limit: 0,
      ...(talkative ? { debug_peer_list: '127.0.0.1', debug_peer_level: 1 } : {}),
      ...more,
    }
    writeFileSync(
      join(etc, 'main.cf'),
      Object.entries(settings)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
    )
    const old = 'smtpd -o smtpd_discard_ehlo_keywords=chunking,8bitmime,smtputf8,dsn,silent-discard'
    const services = [
      `127.0.0.1:${this.port} inet n - n - - smtpd`,
      `127.0.0.1:${this.oldPort} inet n - n - - ${old}`,
      ...['cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr'],
      ...['rewrite unix - - n - - trivial-rewrite', 'proxymap unix - - n - - proxymap', 'anvil unix - - n - 1 anvil'],
      ...['bounce', 'defer', 'trace'].map(name => `${name} unix - - n - 0 bounce`),
      ...['smtp', 'error', 'virtual', 'discard'].map(name => `${name} unix - n n - - ${name}`),
      ...['retry unix - - n - - error', 'scache unix - - n - 1 scache', 'flush unix n - n 1000? 0 flush'],
      ...['showq unix n - n - - showq', 'postlog unix-dgram n - n - 1 postlogd'],
    ]
    writeFileSync(join(etc, 'master.cf'), services.map(line => `${line}\n`).join(''))
  }
}
