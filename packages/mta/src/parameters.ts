/** What goes along with a message: parameters for whoever takes it next, and what scripts see of where it comes from. */
import { encodeUtf8AddressXtext, encodeXtext, isAscii } from '@lemonade/esmtp'
import { noEvent } from '@lemonade/filter'
import type { DeliveryOptions } from '@lemonade/store'
import type { SieveEnvelope } from 'sieve.js'
import type { Arrival, DelivererOptions, Destination } from './deposit.ts'
import { isExpanded } from './forwarding/routes.ts'

/** As a script of the recipient's sees it (RFC 5228 §5.4, RFC 6009 §4, §5). */
export function envelopeOf({ reversePath, parameters }: Arrival, destination: Destination): SieveEnvelope {
  const { notify, orcpt } = destination.parameters
  const { ret, envid, by } = parameters
  return {
    from: reversePath,
    to: destination.address,
    ...(notify === undefined ? {} : { notify }),
    ...(orcpt === undefined ? {} : { orcpt }),
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(by === undefined ? {} : { by }),
  }
}

/** The lines of the transaction that brought a message to a mailbox, for who is told of it (RFC 5423 §5, envelope). */
export function envelopeLines({ reversePath, parameters }: Arrival, destination: Destination): string {
  const { notify, orcpt } = destination.parameters
  const { ret, envid, body, smtpUtf8 } = parameters
  const xtext = (text: string) => (isAscii(text) ? encodeXtext(text) : encodeUtf8AddressXtext(text))
  const mail = [
    `MAIL FROM:<${reversePath}>`,
    body === undefined ? '' : `BODY=${body}`,
    smtpUtf8 === true ? 'SMTPUTF8' : '',
    ret === undefined ? '' : `RET=${ret}`,
    envid === undefined ? '' : `ENVID=${encodeXtext(envid)}`,
  ]
  const colon = orcpt?.indexOf(';') ?? -1
  const rcpt = [
    `RCPT TO:<${destination.address}>`,
    notify === undefined ? '' : `NOTIFY=${notify.join(',')}`,
    orcpt === undefined ? '' : `ORCPT=${orcpt.slice(0, colon + 1)}${xtext(orcpt.slice(colon + 1))}`,
  ]
  return [mail, rcpt].map(line => `${line.filter(Boolean).join(' ')}\r\n`).join('')
}

/** What the message needs from whoever takes it, whoever it is for. */
export function messageOptions({ parameters }: Pick<Arrival, 'parameters'>): DeliveryOptions {
  const { ret, envid, smtpUtf8, body, priority, authored, tls } = parameters
  return {
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(smtpUtf8 === undefined ? {} : { smtpUtf8 }),
    ...(body === undefined ? {} : { body }),
    ...(authored === undefined ? {} : { authored }),
    // RFC 8689 §4.1, §6: all instances of it are treated alike.
    ...(tls === undefined ? {} : { tls }),
    // RFC 6710 §4.4: it stays with the message wherever that is sent on to.
    ...(priority === undefined ? {} : { priority }),
  }
}

/** The time limit is of delivery, which a script's doing comes behind (RFC 2852 §1). */
export function timedOptions(arrival: Pick<Arrival, 'parameters'>): DeliveryOptions {
  const { by } = arrival.parameters
  return { ...messageOptions(arrival), ...(by === undefined ? {} : { by }) }
}

/**
 * An alias leads elsewhere: the sender's wishes go along, and the name that was written to (RFC 3461 §5.2.7.2). Of one that
 * leads to several, success is told here (RFC 3461 §5.2.7.3, (c)).
 */
export function aliasOptions(arrival: Arrival, { address, parameters, route }: Destination): DeliveryOptions {
  const { notify } = parameters
  const others = isExpanded(route) ? notify?.filter(condition => condition !== 'SUCCESS') : notify
  return {
    ...timedOptions(arrival),
    ...(others === undefined ? {} : { notify: others.length === 0 ? (['NEVER'] as const) : others }),
    orcpt: parameters.orcpt ?? originalRecipient(address),
  }
}

/** A redirect is the recipient's doing: success was told where it was delivered here. */
export function redirectOptions(arrival: Arrival, { address, parameters }: Destination): DeliveryOptions {
  return {
    ...messageOptions(arrival),
    ...(parameters.notify?.includes('NEVER') ? { notify: ['NEVER'] as const } : {}),
    orcpt: parameters.orcpt ?? originalRecipient(address),
  }
}

/** `addr-type;address` (RFC 3461 §4.2, RFC 6533 §3). */
function originalRecipient(address: string): string {
  return `${isAscii(address) ? 'rfc822' : 'utf-8'};${address}`
}

/** RFC 5183 §4.1. Names of clients are not looked up: what anybody can write into DNS proves nothing. */
export function environmentOf(
  { clientAddress }: Pick<Arrival, 'clientAddress'>,
  { hostname, version }: Pick<DelivererOptions, 'hostname' | 'version'>,
): Readonly<Record<string, string>> {
  const address = clientAddress === undefined ? {} : { 'remote-ip': addressLiteral(clientAddress), 'remote-host': '' }
  const domain = hostname.includes('.') ? hostname.slice(hostname.indexOf('.') + 1) : hostname
  return {
    domain,
    host: hostname,
    location: 'MDA',
    name: 'Lemonade',
    phase: 'during',
    version,
    ...address,
    ...noEvent,
  }
}

/** RFC 5321 §4.1.3 */
function addressLiteral(address: string): string {
  return address.includes(':') ? `IPv6:${address}` : address
}
