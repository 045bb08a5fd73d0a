/** tel, a method of our own: a short message to a telephone (RFC 3966), for hosts that have a gateway to such. */
import type { NotifyMethod } from './method.ts'

/** global-number, without parameters: a number that is the same from everywhere. */
const syntax = /^tel:\+[\d().-]*\d[\d().-]*$/i

export const tel: NotifyMethod = {
  check: uri =>
    syntax.test(uri) && uri.replace(/\D/g, '').length <= 15
      ? null
      : 'This is no tel URI of a number with its country’s code, such as "tel:+1-201-555-0123".',
  fcc: true,
}
