/** IMAP as the benchmark speaks it: a command, and the wait for its tagged answer. */
import { type Endpoint, LineClient } from './line-client.ts'

export class ImapClient {
  readonly line: LineClient
  /** What the server said after the login that it can do. */
  capabilities: ReadonlySet<string> = new Set()
  #tag = 0

  private constructor(line: LineClient) {
    this.line = line
  }

  /** `everyLine`: for those who ask what a command says before its tagged answer. */
  static async open(
    endpoint: Endpoint,
    user: string,
    password: string,
    options: { tls?: boolean; everyLine?: boolean } = {},
  ): Promise<ImapClient> {
    const line = await LineClient.open(endpoint, options)
    await line.line(text => text.startsWith('* OK'))
    const client = new ImapClient(line)
    const answer = await client.command(`LOGIN ${user} ${password}`)
    client.capabilities = new Set(/\[CAPABILITY ([^\]]*)\]/.exec(answer)?.[1]?.split(' '))
    return client
  }

  /** Sends, waits for the tagged answer, throws where it is not OK. */
  async command(text: string): Promise<string> {
    const tag = `bench${++this.#tag}`
    this.line.write(`${tag} ${text}\r\n`)
    return this.#answer(tag, text)
  }

  /** APPEND with non-synchronising literals (RFC 7888 §3). */
  async append(mailbox: string, ...messages: readonly Buffer[]): Promise<void> {
    const tag = `bench${++this.#tag}`
    const literals = messages.flatMap(message => [Buffer.from(` {${message.length}+}\r\n`, 'latin1'), message])
    this.line.write(Buffer.concat([Buffer.from(`${tag} APPEND ${mailbox}`), ...literals, Buffer.from('\r\n')]))
    await this.#answer(tag, 'APPEND')
  }

  /** APPEND of a text and what a URL names (RFC 4469 §3). */
  async catenate(mailbox: string, text: Buffer, url: string): Promise<void> {
    const tag = `bench${++this.#tag}`
    this.line.write(
      Buffer.concat([
        Buffer.from(`${tag} APPEND ${mailbox} CATENATE (TEXT {${text.length}+}\r\n`),
        text,
        Buffer.from(` ${url})\r\n`),
      ]),
    )
    await this.#answer(tag, 'CATENATE')
  }

  /** All lines of a command's answer, the tagged one last. */
  async ask(text: string): Promise<readonly string[]> {
    const tag = `bench${++this.#tag}`
    const lines: string[] = []
    this.line.write(`${tag} ${text}\r\n`)
    const answer = await this.line.line(line => {
      lines.push(line)
      return line.startsWith(tag)
    })
    if (!answer.startsWith(`${tag} OK`)) throw new Error(`${text}: ${answer}`)
    return lines
  }

  /** COMPRESS (RFC 4978). */
  async compress(): Promise<void> {
    await this.command('COMPRESS DEFLATE')
    this.line.deflate()
  }

  /** Begins to wait for what happens; `end` ends that. */
  async idle(): Promise<{ end(): Promise<void> }> {
    const tag = `bench${++this.#tag}`
    this.line.write(`${tag} IDLE\r\n`)
    await this.line.line(line => line.startsWith('+'))
    return {
      end: async () => {
        this.line.write('DONE\r\n')
        await this.#answer(tag, 'IDLE')
      },
    }
  }

  close(): void {
    this.line.close()
  }

  async #answer(tag: string, text: string): Promise<string> {
    const answer = await this.line.line(line => line.startsWith(tag))
    if (!answer.startsWith(`${tag} OK`)) throw new Error(`${text}: ${answer}`)
    return answer
  }
}

/** Messages in one command, where the server lets that be. */
const filledAtOnce = 50

/** Appends all messages over several connections at once. */
export async function fill(
  open: () => Promise<ImapClient>,
  mailbox: string,
  count: number,
  message: (serial: number) => Buffer,
): Promise<void> {
  const clients = await Promise.all(Array.from({ length: Math.min(32, count) }, open))
  await clients[0]?.command(`CREATE ${mailbox}`).catch(() => undefined)
  let next = 0
  await Promise.all(
    clients.map(async client => {
      const atOnce = client.capabilities.has('MULTIAPPEND') ? filledAtOnce : 1
      while (next < count) {
        const messages: Buffer[] = []
        while (next < count && messages.length < atOnce) messages.push(message(next++))
        await client.append(mailbox, ...messages)
      }
      client.close()
    }),
  )
}
