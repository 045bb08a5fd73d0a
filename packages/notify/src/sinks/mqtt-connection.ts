/** A connection to an MQTT broker (MQTT 3.1.1) that opens when something is to be published, and again when it was lost. */
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { MqttClient } from 'mqtt'
import { DeliveryFailed, DeliveryRefused } from '../sink.ts'
import { reasonOf } from './attempts.ts'
import { type Destinations, ForbiddenDestination, lookupFor } from './destination.ts'

export interface MqttBroker {
  /** mqtt: or mqtts:. Only host and port count. */
  readonly url: URL
  readonly user?: string
  readonly password?: string
  /** PEM of what its certificate must descend from; default: the system's list. */
  readonly certificateAuthority?: string
  readonly destinations: Destinations
}

/** Answers to CONNECT that another attempt would get again (MQTT 3.1.1 §3.2.2.3). */
const refusals = new Set([1, 2, 4, 5])

export class MqttConnection {
  readonly #broker: MqttBroker
  readonly #milliseconds: number
  #client: MqttClient | null = null
  #connecting: Promise<MqttClient> | null = null

  constructor(broker: MqttBroker, requestMilliseconds: number) {
    this.#broker = broker
    this.#milliseconds = requestMilliseconds
  }

  /** Resolves once the broker has taken the message for good (QoS 1). */
  async publish(topic: string, payload: Buffer, signal: AbortSignal): Promise<void> {
    const timed = AbortSignal.any([signal, AbortSignal.timeout(this.#milliseconds)])
    try {
      const client = await within(this.#connected(), timed)
      await within(client.publishAsync(topic, payload, { qos: 1 }), timed)
    } catch (error) {
      // The next message has a connection of its own.
      this.close()
      if (error instanceof DeliveryFailed || error instanceof ForbiddenDestination) throw error
      throw new DeliveryFailed(reasonOf(error))
    }
  }

  close(): void {
    const client = this.#client
    this.#client = null
    client?.end(true)
  }

  #connected(): Promise<MqttClient> {
    if (this.#client?.connected === true) return Promise.resolve(this.#client)
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  #connect(): Promise<MqttClient> {
    this.close()
    const { url, user, password, certificateAuthority, destinations } = this.#broker
    const isSecure = url.protocol === 'mqtts:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port) || (isSecure ? 8883 : 1883)
    const lookup = lookupFor(destinations, host)
    const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
    const authority = certificateAuthority === undefined ? {} : { ca: certificateAuthority }
    return new Promise((resolve, reject) => {
      const open = () => {
        const stream = isSecure
          ? connectTls({ host, port, lookup, ...servername, ...authority })
          : connectTcp({ host, port, lookup })
        // The library tells of the end of the connection, but not of why it never began.
        return stream.once('error', reject)
      }
      const client = new MqttClient(open, {
        ...{ protocolVersion: 4, clean: true, clientId: `lemonade-${crypto.randomUUID().slice(0, 8)}` },
        ...{ reconnectPeriod: 0, connectTimeout: this.#milliseconds, keepalive: 30, queueQoSZero: false },
        ...(user === undefined ? {} : { username: user }),
        ...(password === undefined ? {} : { password }),
      })
      this.#client = client
      client.once('connect', () => resolve(client))
      client.on('error', error => {
        const code = (error as { readonly code?: unknown }).code
        reject(typeof code === 'number' && refusals.has(code) ? new DeliveryRefused(reasonOf(error)) : error)
      })
      client.once('close', () => {
        if (this.#client === client) this.#client = null
        reject(new DeliveryFailed('the broker has closed the connection'))
      })
    })
  }
}

/** Rejects when the signal says so; what was begun may go on. */
function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new DeliveryFailed('the broker does not answer'))
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
