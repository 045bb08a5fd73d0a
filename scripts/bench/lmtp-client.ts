/** LMTP, or SMTP, as fast as a sender can: one message after the other on each of several connections (RFC 2033). */
import { dotStuffed } from './corpus.ts'
import { type Endpoint, LineClient } from './line-client.ts'

const finalReply = (code: string) => (line: string) => line.startsWith(`${code} `) || /^[45]\d\d /.test(line)

async function expect(line: LineClient, code: string): Promise<void> {
  const reply = await line.line(finalReply(code))
  if (!reply.startsWith(code)) throw new Error(`LMTP: ${reply}`)
}

async function open(endpoint: Endpoint, hello: 'LHLO' | 'EHLO'): Promise<LineClient> {
  const line = await LineClient.open(endpoint, { everyLine: true })
  await expect(line, '220')
  line.write(`${hello} bench.example\r\n`)
  await expect(line, '250')
  return line
}

/** Delivers `count` messages over `connections`; answers with messages a second. */
export async function deliver(
  endpoint: Endpoint,
  recipient: string,
  connections: number,
  count: number,
  message: (serial: number) => Buffer,
  hello: 'LHLO' | 'EHLO' = 'LHLO',
): Promise<number> {
  const lines = await Promise.all(Array.from({ length: connections }, () => open(endpoint, hello)))
  const stuffed = Array.from({ length: count }, (_, serial) => dotStuffed(message(serial)))
  let next = 0
  const start = performance.now()
  await Promise.all(
    lines.map(async line => {
      while (next < count) {
        const data = stuffed[next++] as Buffer
        line.write(`MAIL FROM:<sender@bench.example>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`)
        await expect(line, '354')
        line.write(data)
        await expect(line, '250')
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  for (const line of lines) line.close()
  return count / seconds
}
