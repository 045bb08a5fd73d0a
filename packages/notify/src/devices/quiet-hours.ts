/** Hours of the day, in a time zone of the IANA database, in which nobody is woken. */

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof weekdays)[number]

export interface QuietHours {
  /** HH:MM of the wall clock; `to` before `from` is on the next day, and the same is the whole day. */
  readonly from: string
  readonly to: string
  readonly timeZone: string
  /** The days on which they begin; default: every day. */
  readonly days?: readonly Weekday[]
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    // Offsets are no zones: they know no summer.
    return !/^[+-]/.test(name)
  } catch {
    return false
  }
}

const minuteMilliseconds = 60_000
const dayMinutes = 1440

/** When it is quiet no more, in milliseconds since 1970; `now` where it is not quiet. */
export function quietUntil(all: readonly QuietHours[], now: number): number {
  let at = now
  // Where one ends in another, the other's end counts; more than a week of them never ends, and is looked at again then.
  for (let hops = 0; hops < 64; hops++) {
    const ends = all.map(hours => endOf(hours, at)).filter(end => end > at)
    if (ends.length === 0) return at
    at = Math.max(...ends)
    if (at - now > 7 * dayMinutes * minuteMilliseconds) return at
  }
  return at
}

/** The end of the hours that an instant is in; the instant itself where it is in none. */
function endOf({ from, to, timeZone, days = weekdays }: QuietHours, at: number): number {
  const wall = wallClock(at, timeZone)
  const begin = minutesOf(from)
  const length = ((minutesOf(to) - begin + dayMinutes - 1) % dayMinutes) + 1
  // They may have begun today or yesterday.
  for (const [ago, start] of [begin, begin - dayMinutes].entries()) {
    const day = weekdays[(wall.weekday + 7 - ago) % 7] as Weekday
    if (!days.includes(day) || wall.minutes < start || wall.minutes >= start + length) continue
    return atWallClock(at, wall.minutes, start + length, timeZone)
  }
  return at
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The minute of the day, with a fraction, and the weekday. */
function wallClock(at: number, timeZone: string): { readonly minutes: number; readonly weekday: number } {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const seconds = Number(parts['second']) + (((at % 1000) + 1000) % 1000) / 1000
  return {
    minutes: Number(parts['hour']) * 60 + Number(parts['minute']) + seconds / 60,
    weekday: weekdays.indexOf((parts['weekday'] ?? '').toLowerCase() as Weekday),
  }
}

/** The instant at which the wall clock shows another minute, though it be put on or back in between. */
function atWallClock(at: number, minutes: number, wanted: number, timeZone: string): number {
  const naive = at + (wanted - minutes) * minuteMilliseconds
  const shown = wallClock(naive, timeZone).minutes
  const off = ((((shown - wanted) % dayMinutes) + dayMinutes * 1.5) % dayMinutes) - dayMinutes / 2
  return Math.round(naive - off * minuteMilliseconds)
}
