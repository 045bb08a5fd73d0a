/** The search keys of RFC 3501 §6.4.4. */
import type { DayRelation, SearchKey } from '@lemonade/store'
import type { Extension, SearchContext, SearchTerm } from '../extension.ts'
import { once, resolveIn } from '../grammar/search-program.ts'
import { parseDate } from '../wire/date.ts'
import type { Parser } from '../wire/parser.ts'

type Keys = NonNullable<Extension['searchKeys']>
type Make = Keys[string]

function fixed(key: SearchKey): Make {
  const term: SearchTerm = { program: () => key }
  return () => term
}

const not = (of: SearchKey): SearchKey => ({ key: 'not', of })
const flag = (name: string): SearchKey => ({ key: 'flag', flag: name })

/** What is \Recent to the session, as UIDs. */
const recent: SearchTerm = { program: ({ view }) => ({ key: 'uids', uids: view.recentUids() }) }

function withText(key: (value: string) => SearchKey): Make {
  return (p, at) => {
    p.sp()
    const program = key(at.text(p))
    return { program: () => program }
  }
}

const field = (name: string) => withText(value => ({ key: 'header', field: name, value }))

function withDate(key: 'internal-date' | 'sent-date', is: DayRelation): Make {
  return p => {
    p.sp()
    const program: SearchKey = { key, is, day: parseDate(p) }
    return { program: () => program }
  }
}

function withNumber(key: 'larger' | 'smaller'): Make {
  return p => {
    p.sp()
    const program: SearchKey = { key, octets: p.octetCount() }
    return { program: () => program }
  }
}

function keyword(p: Parser): SearchKey {
  p.sp()
  return flag(p.atom())
}

export const searchKeys: Keys = {
  ALL: fixed({ key: 'all' }),
  ANSWERED: fixed(flag('\\Answered')),
  BCC: field('Bcc'),
  BEFORE: withDate('internal-date', 'before'),
  BODY: withText(value => ({ key: 'body', value })),
  CC: field('Cc'),
  DELETED: fixed(flag('\\Deleted')),
  DRAFT: fixed(flag('\\Draft')),
  FLAGGED: fixed(flag('\\Flagged')),
  FROM: field('From'),
  HEADER: (p, at) => {
    p.sp()
    const name = p.astring()
    p.sp()
    const program: SearchKey = { key: 'header', field: name, value: at.text(p) }
    return { program: () => program }
  },
  KEYWORD: p => {
    const program = keyword(p)
    return { program: () => program }
  },
  LARGER: withNumber('larger'),
  NEW: () => ({ program: at => ({ key: 'and', of: [recent.program(at), not(flag('\\Seen'))] }) }),
  NOT: (p, at) => {
    p.sp()
    const of = at.key(p)
    return { program: context => not(of.program(context)) }
  },
  OLD: () => ({ program: at => not(recent.program(at)) }),
  ON: withDate('internal-date', 'on'),
  OR: (p, at) => {
    p.sp()
    const left = at.key(p)
    p.sp()
    const right = at.key(p)
    return { program: context => ({ key: 'or', of: [left.program(context), right.program(context)] }) }
  },
  RECENT: () => recent,
  SEEN: fixed(flag('\\Seen')),
  SENTBEFORE: withDate('sent-date', 'before'),
  SENTON: withDate('sent-date', 'on'),
  SENTSINCE: withDate('sent-date', 'since'),
  SINCE: withDate('internal-date', 'since'),
  SMALLER: withNumber('smaller'),
  SUBJECT: field('Subject'),
  TEXT: withText(value => ({ key: 'text', value })),
  TO: field('To'),
  UID: p => {
    p.sp()
    const set = p.numberSet()
    const uids = (at: SearchContext) => resolveIn(set, at, true)
    // `*` is another message when the last has gone or one comes; a saved result stays what it was.
    const meant = set.mark === undefined ? uids : once(uids)
    return { program: at => ({ key: 'uids', uids: meant(at) }) }
  },
  UNANSWERED: fixed(not(flag('\\Answered'))),
  UNDELETED: fixed(not(flag('\\Deleted'))),
  UNDRAFT: fixed(not(flag('\\Draft'))),
  UNFLAGGED: fixed(not(flag('\\Flagged'))),
  UNKEYWORD: p => {
    const program = not(keyword(p))
    return { program: () => program }
  },
  UNSEEN: fixed(not(flag('\\Seen'))),
}
