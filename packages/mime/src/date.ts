/** Date fields (RFC 5322 §3.3, §4.3), and the other orders and zones in which real mail writes them. */

export interface MailDate {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number
  /** Days since 1970-01-01 of the date as written, in its own zone: what SENTON compares (RFC 3501 §6.4.4). */
  readonly day: number
  /** Minutes east of Greenwich; 0 for an unknown zone (RFC 5256 §2.2). */
  readonly zoneMinutes: number
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** obs-zone; the military letters stand for +0000, since they were once defined with the wrong sign. */
const zones: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  bst: 60,
  cet: 60,
  met: 60,
  cest: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  jst: 540,
}

/** What a date field may hold; nothing behind it is looked at. */
const maximumDateCharacters = 200
const millisecondsInDay = 86_400_000

interface Found {
  day?: number
  month?: number
  year?: number | undefined
  /** Seconds since midnight. */
  time?: number | undefined
  zone?: number
}

/** The date, or null where there is no valid one. A time that is missing or invalid is 00:00:00 (RFC 5256 §2.2). */
export function parseDate(text: string): MailDate | null {
  const found: Found = {}
  for (const token of tokens(text.slice(0, maximumDateCharacters))) read(token, found)
  const { day, month, year, time = 0, zone = 0 } = found
  if (day === undefined || month === undefined || year === undefined) return null
  const midnight = Date.UTC(2000, month, day)
  if (day < 1 || new Date(midnight).getUTCMonth() !== month) return null
  const start = new Date(0).setUTCFullYear(year, month, day)
  // 29 February of a common year.
  if (new Date(start).getUTCMonth() !== month) return null
  return { at: start + time * 1000 - zone * 60_000, day: start / millisecondsInDay, zoneMinutes: zone }
}

/** Words without comments and commas; "12-Jan-2002" and "2002-01-12T10:00:00Z" come apart. */
function tokens(text: string): string[] {
  return withoutComments(text)
    .replace(/\s*:\s*/g, ':')
    .replace(/(\d)-(\w{3,9})-(\d)/g, '$1 $2 $3')
    .replace(/\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:T(?=\d)|\b)/i, (_, year, month, day) => isoDate(year, month, day))
    .replace(/(\d\d?:\d\d(?::\d\d)?(?:\.\d+)?)([a-z]{1,5}\b|[+-]\d)/gi, '$1 $2')
    .split(/[\s,]+/)
    .filter(token => token !== '')
}

function isoDate(year: string, month: string, day: string): string {
  return `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year} `
}

function withoutComments(text: string): string {
  let depth = 0
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (char === '(') depth++
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) plain += char
    if (depth === 0 && char === ')') plain += ' '
  }
  return plain
}

function read(token: string, found: Found): void {
  if (/^\d+\.?$/.test(token)) {
    number(token, found)
    return
  }
  if (/^\d+[:.]\d+/.test(token)) {
    found.time ??= timeOfDay(token)
    return
  }
  const month = months.indexOf(token.slice(0, 3).toLowerCase())
  if (month !== -1 && /^[a-z]+\.?$/i.test(token)) {
    found.month ??= month
    return
  }
  // A zone stands after the time; anything before it that looks like one is a day name or noise.
  const zone = found.time === undefined ? undefined : zoneMinutes(token)
  if (zone !== undefined) found.zone ??= zone
  else if (/^[ap]m$/i.test(token) && found.time !== undefined) found.time = twelveHours(found.time, token)
}

function number(token: string, found: Found): void {
  const value = Number.parseInt(token, 10)
  if (found.day === undefined && token.length <= 3 && value <= 31) found.day = value
  else if (found.year === undefined && token.length >= 2 && token.length <= 4)
    found.year = fullYear(value, token.length)
}

/** obs-year: two digits are 2000 to 2049 or 1950 to 1999, three count from 1900 (RFC 5322 §4.3). */
function fullYear(value: number, digits: number): number | undefined {
  if (digits <= 2) return value < 50 ? 2000 + value : 1900 + value
  // Senders that count from 1900 also write "0102" for 2002.
  if (digits === 3 || (value >= 100 && value < 1000)) return 1900 + value
  return value >= 1900 ? value : undefined
}

/** time-of-day = hour ":" minute [ ":" second ]; undefined where it is none. */
function timeOfDay(token: string): number | undefined {
  const match = /^(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d*)?$/.exec(token)
  if (match === null) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  // A leap second is the next minute's first.
  return hour < 24 && minute < 60 && second <= 60 ? (hour * 60 + minute) * 60 + second : undefined
}

function twelveHours(time: number, half: string): number {
  const hours = Math.floor(time / 3600)
  if (hours > 12) return time
  return time + ((hours % 12) - hours + (half.toLowerCase() === 'pm' ? 12 : 0)) * 3600
}

function zoneMinutes(token: string): number | undefined {
  const match = /^(?:gmt|utc?)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(token)
  if (match === null) return zones[token.toLowerCase()]
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (Number(match[3] ?? 0) > 59 || minutes > 24 * 60) return undefined
  return match[1] === '-' ? -minutes : minutes
}
