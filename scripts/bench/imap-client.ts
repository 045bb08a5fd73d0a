/** IMAP as the benchmark speaks it: a command, and the wait for its tagged answer. */
import { type Endpoint, LineClient } from './line-client.ts'

export class ImapClient {
  readonly line: LineClient
  #tag = 0

  private constructor(line: LineClient) {
    this.line = line
  }

  static async open(endpoint: Endpoint, user: string, password: string, tls = false): Promise<ImapClient> {
    const line = await LineClient.open(endpoint, { tls })
    await line.line(text => text.startsWith('* OK'))
    const client = new ImapClient(line)
    await client.command(`LOGIN ${user} ${password}`)
    return client
  }

  /** Sends, waits for the tagged answer, throws where it is not OK. */
  async command(text: string): Promise<string> {
    const tag = `bench${++this.#tag}`
    this.line.write(`${tag} ${text}\r\n`)
    return this.#answer(tag, text)
  }

  /** APPEND with a non-synchronising literal (RFC 7888 §3). */
  async append(mailbox: string, message: Buffer): Promise<void> {
    const tag = `bench${++this.#tag}`
    this.line.write(
      Buffer.concat([
        Buffer.from(`${tag} APPEND ${mailbox} {${message.length}+}\r\n`, 'latin1'),
        message,
        Buffer.from('\r\n'),
      ]),
    )
    await this.#answer(tag, 'APPEND')
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
      while (next < count) await client.append(mailbox, message(next++))
      client.close()
    }),
  )
}
