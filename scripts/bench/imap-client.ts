/** IMAP as the benchmark speaks it: a command, and the wait for its tagged answer. */
import { type Endpoint, LineClient } from './line-client.ts'

export class ImapClient {
  readonly line: LineClient
  /** Whether a command may append several messages (RFC 3502). */
  multiAppend = false
  #tag = 0

  private constructor(line: LineClient) {
    this.line = line
  }

  static async open(endpoint: Endpoint, user: string, password: string, tls = false): Promise<ImapClient> {
    const line = await LineClient.open(endpoint, { tls })
    await line.line(text => text.startsWith('* OK'))
    const client = new ImapClient(line)
    const answer = await client.command(`LOGIN ${user} ${password}`)
    client.multiAppend = / MULTIAPPEND[ \]]/.test(answer)
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
      const atOnce = client.multiAppend ? filledAtOnce : 1
      while (next < count) {
        const messages: Buffer[] = []
        while (next < count && messages.length < atOnce) messages.push(message(next++))
        await client.append(mailbox, ...messages)
      }
      client.close()
    }),
  )
}
