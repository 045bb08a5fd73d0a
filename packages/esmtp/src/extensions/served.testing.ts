/** For tests of extensions: a service that offers them and keeps what it is told, with a client that was greeted. */
import type { TestContext } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import { testTls } from '../../../net/src/testing.ts'
import type { EsmtpExtension } from '../extension.ts'
import { defaultEsmtpLimits, type EsmtpLimits } from '../limits.ts'
import { reply } from '../reply.ts'
import { serveEsmtp } from '../service.ts'
import type { Transaction } from '../session.ts'
import { Talker } from '../testing.ts'

export async function served(
  t: TestContext,
  extensions: readonly EsmtpExtension[],
  limits: Partial<EsmtpLimits> = {},
): Promise<{ client: Talker; taken: Transaction[]; hello: string }> {
  const taken: Transaction[] = []
  const service = await serveEsmtp({
    hostname: 'mail.example.org',
    listeners: [{ name: 'smtp', protocol: 'SMTP', addresses: [{ host: '127.0.0.1', port: 0 }], implicitTls: false }],
    extensions,
    tls: testTls().source,
    limits: { ...defaultEsmtpLimits, ...limits },
    log: silentLog,
    metrics: noMetrics,
    receiver: () => ({
      mail: async transaction => {
        taken.push(transaction)
      },
      rcpt: async () => {},
      message: async () => ({
        write: async () => {},
        finish: async () => reply(250, '2.0.0', 'Taken'),
        abort: async () => {},
      }),
    }),
  })
  const client = await Talker.open(service.endpoints['smtp']?.[0]?.port ?? 0)
  await client.reply()
  const hello = (await client.say('EHLO client.example')) ?? ''
  t.after(async () => {
    client.close()
    await service.stop(0)
  })
  return { client, taken, hello }
}
