/** Every extension point that no extension here uses yet, used by one made for the purpose: none needs a shared file. */
import { after, before, test } from 'node:test'
import { core } from '../../packages/imap/src/core/index.ts'
import { command, extension, type StreamLayer } from '../../packages/imap/src/extension.ts'
import { extensions } from '../../packages/imap/src/extensions/index.ts'
import { No } from '../../packages/imap/src/problem.ts'
import { register } from '../../packages/imap/src/registry.ts'
import { info, ok } from '../../packages/imap/src/response.ts'
import { printNumbers, rangesOf } from '../../packages/imap/src/wire/number-set.ts'
import { parseTranscript, play } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

async function playWith(one: Parameters<typeof extension>[0], transcript: string, messages = 3): Promise<void> {
  const account = await imap.account()
  for (let i = 1; i <= messages; i++) await imap.append(account, 'INBOX', Buffer.from(`Subject: ${i}\r\n\r\n${i}`))
  const server = serverOf(await imap.serve({ extensions: [...extensions, extension(one)] }))
  const prologue = [`LOGIN ${account} "${password}"`]
  await play(parseTranscript(transcript), { server, prologue })
}

test('announce: another dialect, and a word on mailboxes that were named; admit, appendData as a part', async () => {
  await playWith(
    {
      rfc: 9051,
      codes: ['XNUMBERS'],
      enable: { name: 'XOTHER' },
      admit: (_, name) => {
        if (name === 'CHECK') throw new No('Not here', 'CANNOT')
      },
      appendData: {
        XHELLO: {
          isPart: true,
          parse: async () => async session => {
            const writer = session.store.contents.writer({ limitOctets: 100 })
            await writer.write(Buffer.from('hello'))
            return writer.finish()
          },
        },
      },
      announce: {
        when: 'enabled',
        dialect: { recent: false, unseen: false, searchReturns: ['COUNT'], numbersRefused: 'XNUMBERS', uidItem: false },
        async *named(session, name, [first]) {
          yield session.data(w => w.ascii(`XNAMED ${name} `).astring(`${first?.written}=${first?.name}`))
        },
      },
    },
    `
C: a CHECK
S: a BAD …
C: a SELECT inbox
S: …
S: * 3 RECENT
S: * OK [UNSEEN 1] …
S: …
S: a OK [READ-WRITE] …
C: a CHECK
S: a NO [CANNOT] Not here
C: a ENABLE xother
S: * ENABLED XOTHER
S: a OK …
C: a SELECT inbox
S: …
S: * 3 EXISTS
S: * OK [UIDVALIDITY <n>] …
S: …
S: * XNAMED SELECT inbox=INBOX
S: a OK [READ-WRITE] …
C: a SELECT nowhere
S: …
S: a NO [NONEXISTENT] …
C: a SELECT INBOX
S: …
S: * XNAMED SELECT INBOX=INBOX
S: a OK [READ-WRITE] …
C: a FETCH 1 FLAGS
S: a BAD [XNUMBERS] …
C: a UID SEARCH 1:2
S: a BAD [XNUMBERS] …
C: a UID SEARCH UID 1:2
S: * ESEARCH (TAG "a") UID COUNT 2
S: a OK …
C: a UID FETCH 2 FLAGS
S: * 2 FETCH (FLAGS ())
S: a OK …
C> a APPEND INBOX CATENATE (TEXT {15+}↵Subject: x↵↵x XHELLO)↵
S: * XNAMED APPEND INBOX=INBOX
S: * 4 EXISTS
S: a OK [APPENDUID <n> 4] …
C: a UID FETCH 4 BODY.PEEK[TEXT]
S: * 4 FETCH (BODY[TEXT] {6}↵xhello)
S: a OK …
`,
  )
})

test('announce: expunges in other words, a word at the end of a mailbox, and more beside', async () => {
  await playWith(
    {
      rfc: 7162,
      codes: ['CLOSED'],
      announce: {
        when: 'always',
        expunged: (session, uids) => [session.data(w => w.ascii(`VANISHED ${printNumbers(uids)}`))],
        deselected: () => [info('CLOSED', 'The mailbox is closed')],
        fetchStart: (w, _, uid) => w.ascii(`* ${uid} UIDFETCH (`),
        async *told(session, { arrived }) {
          if (arrived.length > 0) yield session.data(w => w.ascii(`XARRIVED ${printNumbers(arrived)}`))
        },
      },
    },
    `
C: a SELECT INBOX
S: …
S: a OK [READ-WRITE] …
C: a STORE 1:2 +FLAGS (\\Deleted)
S: * 1 UIDFETCH (FLAGS (\\Recent \\Deleted))
S: * 2 UIDFETCH (FLAGS (\\Recent \\Deleted))
S: a OK …
C: a EXPUNGE
S: * VANISHED 1:2
S: a OK …
C> a APPEND INBOX {15+}↵Subject: x↵↵x↵
S: * 2 EXISTS
S: * …RECENT
S: * XARRIVED 4
S: a OK …
C: a EXAMINE INBOX
S: * OK [CLOSED] …
S: …
S: a OK [READ-ONLY] …
`,
  )
})

test('metadata rules: entries that are computed, and that have a say in what is set', async () => {
  await playWith(
    {
      rfc: 5464,
      metadataRules: [
        {
          applies: (name, of) => of?.name === 'INBOX' && name === '/shared/vendor/x/count',
          names: (_, of) => (of?.name === 'INBOX' ? ['/shared/vendor/x/count'] : []),
          read: async (session, of) => Buffer.from(`${of && (await session.store.mailboxes.counts(of.id)).messages}`),
        },
        {
          applies: (name, of) => of === null && name.startsWith('/private/vendor/x/'),
          check: (_, __, ___, value) => {
            if (value !== null && !/^[a-z]*$/.test(`${value}`)) throw new No('Lower case only', 'CANNOT')
          },
        },
      ],
    },
    `
C: a GETMETADATA INBOX /Shared/vendor/x/count
S: * METADATA INBOX (/Shared/vendor/x/count "3")
S: a OK …
C: a SETMETADATA INBOX (/shared/comment "there")
S: a OK …
C: a GETMETADATA (DEPTH infinity) INBOX /shared
S: * METADATA INBOX (/shared/comment "there" /shared/vendor/x/count "3")
S: a OK …
C: a GETMETADATA (DEPTH 1) INBOX /shared
S: * METADATA INBOX (/shared/comment "there")
S: a OK …
C: a SETMETADATA INBOX (/shared/vendor/x/count "4")
S: a NO [NOPERM] …
C: a SETMETADATA "" (/private/vendor/x/y "ABC")
S: a NO [CANNOT] …
C: a SETMETADATA "" (/private/vendor/x/y "abc")
S: a OK …
C: a SETMETADATA "" (/private/vendor/x/y NIL)
S: a OK …
`,
  )
})

test('announce, more than one: only when enabled; a code at the end of a command', async () => {
  await playWith(
    {
      rfc: 7162,
      codes: ['XDONE'],
      enable: { name: 'XDONE' },
      announce: [
        { when: 'enabled', completed: session => (session.selected ? 'XDONE 1' : undefined) },
        { when: 'always', deselected: session => [session.data(w => w.ascii('XLEFT'))] },
      ],
      selectParams: { XPARAM: { requires: 'XDONE' } },
      fetchModifiers: {
        XONE: { byUid: true, parse: p => p.sp(), needs: ['XTWO'], requires: 'XDONE' },
        XTWO: {
          parse: p => {
            p.sp()
            return p.number()
          },
          async *run(session, argument, _, beside) {
            yield session.data(w => w.ascii(`XBESIDE ${argument} ${[...beside.keys()].join(' ')}`))
          },
        },
      },
    },
    `
C: a SELECT INBOX
S: …
S: a OK [READ-WRITE] …
C: a SELECT INBOX (XPARAM)
S: a BAD …
C: a UID FETCH 1 UID (XTWO 2 XONE )
S: a BAD …
C: a NOOP
S: a OK NOOP completed
C: a ENABLE XDONE
S: * ENABLED XDONE
S: a OK [XDONE 1] …
C: a FETCH 7 UID
S: a BAD …
C: a FETCH 1 UID (XTWO 2 XONE )
S: a BAD …
C: a UID FETCH 1 UID (XONE )
S: a BAD …
C: a UID FETCH 1 UID (XTWO 2 XONE )
S: * XBESIDE 2 XTWO XONE
S: * 1 FETCH (UID 1)
S: a OK [XDONE 1] …
C: a COPY 1 nowhere
S: * OK [XDONE 1] …
S: a NO [TRYCREATE] …
C: a SELECT INBOX (XPARAM)
S: * OK [CLOSED] …
S: * XLEFT
S: …
S: a OK [READ-WRITE] …
`,
  )
})

test('announce: told without asking, of expunges or not, and of what is not selected', async () => {
  let beside = 0
  await playWith(
    {
      rfc: 5465,
      announce: {
        when: 'always',
        unsolicited: session => (session.selected?.readOnly ? 'with-expunges' : null),
        async *beside(session) {
          if (session.selected?.readOnly && ++beside === 1) yield session.data(w => w.ascii('XBESIDE'))
        },
      },
    },
    `
C: a EXAMINE INBOX
S: …
S: a OK [READ-ONLY] …
S: * XBESIDE
C2: b SELECT INBOX
S2: …
S2: b OK [READ-WRITE] …
C2: b STORE 2 +FLAGS.SILENT (\\Deleted)
S2: b OK …
S: * 2 FETCH (FLAGS (\\Recent \\Deleted))
C2: b EXPUNGE
S2: * 2 EXPUNGE
S2: b OK …
S: * 2 EXPUNGE
C: a NOOP
S: a OK …
`,
  )
})

test('announce: items of arrivals go into one response, before or behind what others say; interest holds back', async () => {
  let hears = true
  const tables = register([...core, ...extensions])
  const items = (...names: string[]) =>
    names.map(name => tables.fetchItems.get(name)?.({} as never, {} as never)) as never
  await playWith(
    {
      rfc: 5465,
      announce: [
        {
          when: 'always',
          interest: () => (hears ? null : { messages: false, flags: false }),
          arrivals: (_, uids) => [
            { uids, items: items('UID', 'FLAGS') },
            { uids: uids.filter(uid => uid % 2 === 0), items: items('FLAGS', 'RFC822.SIZE'), first: true },
          ],
          async *told(session, { arrived }) {
            if (arrived.length > 0) yield session.data(w => w.ascii('XARRIVED'))
          },
        },
      ],
      commands: {
        XHEAR: command({
          states: ['selected'],
          parse: () => undefined,
          run: async () => {
            hears = !hears
            return ok('so be it')
          },
        }),
      },
    },
    `
C: a SELECT INBOX
S: …
S: a OK [READ-WRITE] …
C> a APPEND INBOX {15+}↵Subject: x↵↵x↵
S: * 4 EXISTS
S: * …RECENT
S: * 4 FETCH (UID 4 FLAGS (\\Recent) RFC822.SIZE 15)
S: * XARRIVED
S: a OK …
C> a APPEND INBOX {15+}↵Subject: x↵↵x↵
S: * 5 EXISTS
S: * …RECENT
S: * XARRIVED
S: * 5 FETCH (UID 5 FLAGS (\\Recent))
S: a OK …
C: a XHEAR
S: a OK …
C2: b SELECT INBOX
S2: …
S2: b OK [READ-WRITE] …
C2: b UID STORE 1:2 +FLAGS.SILENT (\\Deleted)
S2: b OK …
C2> b APPEND INBOX {15+}↵Subject: x↵↵x↵
S2: b OK …
C2: b UID EXPUNGE 1
S2: * 1 EXPUNGE
S2: b OK …
C: a EXPUNGE
S: * 2 EXPUNGE
S: a OK …
C: a FETCH 1,3:4 UID
S: * 3 FETCH (UID 4)
S: * 4 FETCH (UID 5)
S: a NO [EXPUNGEISSUED] …
C: a XHEAR
S: * 1 EXPUNGE
S: * 4 EXISTS
S: * …RECENT
S: * 4 FETCH (UID 6 …
S: * XARRIVED
S: a OK …
`,
  )
})

test('streams: a layer between protocol and socket takes what was pipelined behind it', async () => {
  /** Turns letters of one case into the other, both ways. */
  const swapped = (octets: Uint8Array) =>
    Uint8Array.from(octets, octet => (/[A-Za-z]/.test(String.fromCharCode(octet)) ? octet ^ 0x20 : octet))
  const layer = (): StreamLayer => ({
    async *decode(octets) {
      yield swapped(octets.subarray(0, 1))
      yield swapped(octets.subarray(1))
    },
    encode: async octets => swapped(octets),
    takeBack: () => new Uint8Array(0),
    close: () => {},
  })
  await playWith(
    {
      rfc: 4978,
      streams: { SWAP: layer },
      commands: {
        XCOMPRESS: command({
          states: ['authenticated'],
          alone: true,
          parse: () => undefined,
          run: async session => ({
            ...ok('from now on'),
            after: () => session.transport.push((session.tables.streams.get('SWAP') as typeof layer)()),
          }),
        }),
      },
    },
    `
C> a XCOMPRESS↵A NOOP↵
S: a OK from now on
S: A ok noop COMPLETED
`,
  )
})

test('searchReturns and savedSets: other answers, and a sign that stands for messages', async () => {
  const kept = Symbol('kept')
  const none: readonly number[] = []
  await playWith(
    {
      rfc: 5182,
      searchReturns: {
        XLAST: {
          excludes: ['XNUMBER'],
          names: ({ uids }) => uids.slice(-1),
          write: (w, { numbers }) => w.ascii(` XLAST ${numbers.at(-1)}`),
        },
        XNUMBER: {
          parse: p => p.trySp() && p.number(),
          names: ({ uids }) => uids,
          write: (w, { numbers }, factor) => w.ascii(` XNUMBER ${numbers.length * (factor as number)}`),
        },
        XKEEP: {
          silent: true,
          run: (session, { named }) => {
            session.kept.set(kept, [...named])
            return []
          },
          refused: session => session.kept.delete(kept),
        },
      },
      savedSets: {
        '!': session => rangesOf((session.kept.get(kept) as readonly number[] | undefined) ?? none),
      },
    },
    `
C: a SELECT INBOX
S: …
S: a OK [READ-WRITE] …
C: a SEARCH RETURN (XNUMBER 10) UID 2:3
S: * ESEARCH (TAG "a") XNUMBER 20
S: a OK …
C: a SEARCH RETURN (XKEEP) OR 1 3
S: a OK …
C: a FETCH ! UID
S: * 1 FETCH (UID 1)
S: * 3 FETCH (UID 3)
S: a OK …
C: a SEARCH NOT !
S: * SEARCH 2
S: a OK …
C: a UID SEARCH RETURN (XKEEP XLAST) ALL
S: * ESEARCH (TAG "a") UID XLAST 3
S: a OK …
C: a SEARCH !
S: * SEARCH 3
S: a OK …
C: a SEARCH RETURN (XLAST XNUMBER 1) ALL
S: a BAD …
C: a SEARCH RETURN (XLAST XLAST) ALL
S: a BAD …
C: a SEARCH RETURN (XNOTHING) ALL
S: a BAD …
C: a SEARCH RETURN (XLAST) CHARSET X-NONE TEXT a
S: a NO [BADCHARSET (UTF-8 US-ASCII)] …
C: a SEARCH !
S: * SEARCH 3
S: a OK …
C: a SEARCH RETURN (XKEEP) CHARSET X-NONE TEXT {3}
S: + …
C: abc
S: a NO [BADCHARSET (UTF-8 US-ASCII)] …
C: a SEARCH !
S: * SEARCH
S: a OK …
`,
  )
})

test('listSelects, listReturns, createCode, selectParams, appendOptions, storeItems, statusItems', async () => {
  await playWith(
    {
      rfc: 5258,
      codes: ['MAILBOXID'],
      listSelects: {
        XSUBSCRIBED: { implies: ['XTWICE'], names: (_, list) => list.subscribed() },
        XRECURSIVE: { modifies: true, recursive: true },
      },
      listReturns: {
        XTWICE: {
          add: ({ name }, { session }) => ({
            attributes: ['\\Twice'],
            items: [{ tag: 'XITEM', write: w => w.ascii('(1)') }],
            after: [session.data(w => w.ascii('AGAIN ').mailbox(name))],
          }),
        },
      },
      createCode: mailbox => `MAILBOXID (${mailbox.mailboxId})`,
      selectParams: {
        XPARAM: {
          parse: p => {
            p.sp()
            return p.number()
          },
          async *run(session, argument) {
            yield session.data(w => w.ascii(`XPARAM ${argument}`))
          },
        },
      },
      appendOptions: {
        XFLAG: {
          parse: p => {
            p.sp()
            const flag = p.flag()
            return message => ({ ...message, flags: [...message.flags, flag] })
          },
        },
      },
      storeItems: {
        XITEM: {
          parse: p => p.number(),
          async *run(session, argument) {
            yield session.data(w => w.ascii(`XITEM ${argument}`))
            return ok('stored')
          },
        },
      },
      statusItems: { XID: { value: (_, mailbox) => `(${mailbox.mailboxId})` } },
    },
    `
C: a CREATE new
S: a OK [MAILBOXID (<id>)] …
C: a STATUS new (XID)
S: * STATUS new (XID (<id>))
S: a OK …
C: a LIST (XSUBSCRIBED) "" new
S: a OK …
C: a SUBSCRIBE new
S: a OK …
C: a LIST (XSUBSCRIBED XRECURSIVE) "" (new nowhere)
S: * LIST (\\HasNoChildren \\Twice) "/" new ("XITEM" (1))
S: * AGAIN new
S: a OK …
C: a LIST (XRECURSIVE) "" *
S: a BAD …
C: a SELECT new (XPARAM 7 CONDSTORE)
S: …
S: * XPARAM 7
S: a OK [READ-WRITE] …
C> a APPEND new (\\Seen) XFLAG \\Flagged {15+}↵Subject: x↵↵x↵
S: * 1 EXISTS
S: …
S: a OK …
C: a FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\\Recent \\Flagged \\Seen))
S: a OK …
C: a STORE 1 XITEM 5
S: * XITEM 5
S: a OK stored
`,
  )
})

test('rights: a letter more can be given, and the owner has it', async () => {
  await playWith(
    { rfc: 5257, rights: 'n' },
    `C: a CAPABILITY
S: * CAPABILITY … RIGHTS=kxten …
S: a OK …
C: b MYRIGHTS INBOX
S: * MYRIGHTS INBOX lrswipkxtencda
S: b OK …
C: c SETACL INBOX anyone ln
S: c OK …
C: d GETACL INBOX
S: * ACL INBOX … lrswipkxtencda anyone ln
S: d OK …`,
  )
})
