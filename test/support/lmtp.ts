/** Hands a message to the server by LMTP (RFC 2033), through nodemailer's connection. */
import SmtpConnection from 'nodemailer/lib/smtp-connection/index.js'
import type { TestServer } from './server.ts'

/** One message, one recipient; rejects with the server's reply where it is refused. */
export function deliverByLmtp(server: TestServer, recipient: string, message: Buffer, from = ''): Promise<void> {
  return transact(server, 'lmtp', recipient, message, from)
}

/** The same on the smtp listener. */
export function deliverBySmtp(server: TestServer, recipient: string, message: Buffer, from = ''): Promise<void> {
  return transact(server, 'smtp', recipient, message, from)
}

function transact(
  server: TestServer,
  listener: 'lmtp' | 'smtp',
  recipient: string,
  message: Buffer,
  from: string,
): Promise<void> {
  const connection = new SmtpConnection({
    host: '127.0.0.1',
    port: server.port(listener),
    lmtp: listener === 'lmtp',
    ignoreTLS: true,
  })
  return new Promise((resolve, reject) => {
    connection.once('error', reject)
    connection.connect(() => {
      connection.send({ from, to: [recipient] }, message, error => {
        connection.quit()
        if (error) reject(error)
        else resolve()
      })
    })
  })
}
