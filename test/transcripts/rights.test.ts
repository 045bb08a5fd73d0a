/** RFC 4314 §4 as a table: each command with the rights that it needs, with all others, and without each of them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AccountId, type MailboxId, type Right, rights } from '@lemonade/store'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

interface Row {
  readonly name: string
  /** All of these are needed. */
  readonly needs: string
  /** What is done first: the mailbox is selected, or the user's own INBOX is. */
  readonly selects?: 'box' | 'inbox'
  /** The command; <box> is the mailbox of the other, <new> a name below the same parent. */
  readonly line: string
  readonly literal?: string
  /** Without a right it does nothing and says OK. */
  readonly silent?: true
}

const message = 'Subject: x\r\n\r\n'

const table: readonly Row[] = [
  { name: 'SELECT', needs: 'r', line: 'SELECT <box>' },
  { name: 'EXAMINE', needs: 'r', line: 'EXAMINE <box>' },
  { name: 'STATUS', needs: 'r', line: 'STATUS <box> (MESSAGES)' },
  { name: 'SUBSCRIBE', needs: 'l', line: 'SUBSCRIBE <box>' },
  { name: 'UNSUBSCRIBE', needs: '', line: 'UNSUBSCRIBE <box>' },
  { name: 'LSUB', needs: '', line: 'LSUB "" <box>' },
  { name: 'LIST', needs: '', line: 'LIST "" <box>' },
  { name: 'CREATE', needs: 'k', line: 'CREATE <new>' },
  { name: 'DELETE', needs: 'x', line: 'DELETE <box>' },
  { name: 'RENAME', needs: 'xk', line: 'RENAME <box> <new>' },
  { name: 'SETACL', needs: 'a', line: 'SETACL <box> anyone lr' },
  { name: 'DELETEACL', needs: 'a', line: 'DELETEACL <box> anyone' },
  { name: 'GETACL', needs: 'a', line: 'GETACL <box>' },
  { name: 'LISTRIGHTS', needs: 'a', line: 'LISTRIGHTS <box> anyone' },
  { name: 'GETQUOTAROOT', needs: 'r', line: 'GETQUOTAROOT <box>' },
  { name: 'ESEARCH of it', needs: '', line: 'ESEARCH IN (mailboxes <box>) ALL' },
  { name: 'MYRIGHTS', needs: '', line: 'MYRIGHTS <box>' },
  { name: 'APPEND', needs: 'i', line: 'APPEND <box> (\\Seen \\Deleted \\Draft)', literal: message },
  { name: 'CATENATE', needs: 'i', line: 'APPEND <box> CATENATE (URL "/INBOX/;UID=1")' },
  { name: 'COPY to it', needs: 'i', selects: 'inbox', line: 'COPY 1 <box>' },
  { name: 'UID COPY to it', needs: 'i', selects: 'inbox', line: 'UID COPY 1 <box>' },
  { name: 'MOVE to it', needs: 'i', selects: 'inbox', line: 'MOVE 1 <box>' },
  { name: 'REPLACE to it', needs: 'i', selects: 'inbox', line: 'REPLACE 1 <box>', literal: message },
  { name: 'COPY from it', needs: 'r', selects: 'box', line: 'COPY 1 INBOX' },
  { name: 'MOVE from it', needs: 'rte', selects: 'box', line: 'MOVE 1 INBOX' },
  { name: 'REPLACE from it', needs: 'rte', selects: 'box', line: 'UID REPLACE 1 INBOX', literal: message },
  { name: 'FETCH', needs: 'r', selects: 'box', line: 'FETCH 1 (FLAGS BODY[])' },
  { name: 'SEARCH', needs: 'r', selects: 'box', line: 'SEARCH ALL' },
  { name: 'SORT', needs: 'r', selects: 'box', line: 'SORT (DATE) UTF-8 ALL' },
  { name: 'THREAD', needs: 'r', selects: 'box', line: 'THREAD REFERENCES UTF-8 ALL' },
  { name: 'CHECK', needs: 'r', selects: 'box', line: 'CHECK' },
  { name: 'EXPUNGE', needs: 're', selects: 'box', line: 'EXPUNGE' },
  { name: 'UID EXPUNGE', needs: 're', selects: 'box', line: 'UID EXPUNGE 1:*' },
  { name: 'CLOSE', needs: 're', selects: 'box', line: 'CLOSE', silent: true },
  { name: 'STORE \\Seen', needs: 'rs', selects: 'box', line: 'STORE 1 +FLAGS (\\Seen)' },
  { name: 'STORE \\Deleted', needs: 'rt', selects: 'box', line: 'STORE 1 -FLAGS (\\Deleted)' },
  { name: 'STORE \\Flagged', needs: 'rw', selects: 'box', line: 'UID STORE 1 +FLAGS.SILENT (\\Flagged)' },
  { name: 'STORE of a keyword', needs: 'rw', selects: 'box', line: 'STORE 1 +FLAGS (work)' },
]

let imap: TestImap
let alice: AccountId
let aliceName: string
let bob: AccountId
let client: Client
let boxes = 0

before(async () => {
  imap = await TestImap.start()
  aliceName = await imap.account()
  const bobName = await imap.account()
  alice = (await imap.store.accounts.find(aliceName))?.id as AccountId
  bob = (await imap.store.accounts.find(bobName))?.id as AccountId
  client = await Client.open(await imap.server())
  await client.prologue('login', `LOGIN ${bobName} "${password}"`)
})
after(async () => {
  client.close()
  await imap.stop()
})

/** Makes a mailbox of the other user with a message, and gives rights to it and to the one above it. */
async function box(letters: string): Promise<{ readonly id: MailboxId; readonly name: string }> {
  const name = `P${++boxes}/box`
  await imap.append(aliceName, name, Buffer.from(message), ['\\Deleted'])
  const id = await imap.mailbox(aliceName, name)
  for (const mailbox of [id, await imap.mailbox(aliceName, `P${boxes}`)]) {
    const given = [...letters] as Right[]
    await imap.store.acl.change(mailbox, { account: bob, negative: false, mode: 'replace', rights: given })
  }
  return { id, name: `"Other Users/${aliceName}/${name}"` }
}

/** How a command ends, without its tag. */
async function ending(line: string, literal?: string): Promise<string> {
  client.send(`t ${line}${literal === undefined ? '' : ` {${literal.length}+}\r\n${literal}`}\r\n`)
  for (;;) {
    const response = await client.response()
    assert.ok(response !== null, `the server closed at ${line}`)
    if (response.startsWith('t ')) return response.slice(2)
  }
}

async function outcome(row: Row, letters: string): Promise<string> {
  const { name } = await box(letters)
  await imap.append((await imap.store.accounts.get(bob))?.name as string, 'INBOX', Buffer.from(message))
  const first = row.selects === 'box' ? `SELECT ${name}` : row.selects === 'inbox' ? 'SELECT INBOX' : 'UNSELECT'
  const selected = await ending(first)
  if (row.selects && !selected.startsWith('OK')) return selected
  return ending(row.line.replace('<box>', name).replace('<new>', name.replace('/box"', '/new"')), row.literal)
}

const others = (needs: string) => rights.filter(right => !needs.includes(right)).join('')

for (const row of table) {
  const { name, needs } = row
  test(`${name} needs ${needs === '' ? 'nothing but to be seen' : needs}`, async () => {
    assert.match(await outcome(row, `l${needs}`), /^OK/, `with l${needs}`)
    for (const right of needs) {
      if (right === 'l') continue
      const left = rights.filter(one => one !== right).join('')
      const isSilent = row.silent && right !== 'r'
      assert.match(await outcome(row, left), isSilent ? /^OK/ : /^NO \[NOPERM\]/, `without ${right}`)
    }
    if (needs.replace('l', '') !== '') {
      assert.match(await outcome(row, `l${others(needs)}`), /^NO \[NOPERM\]/, `with ${others(needs)}`)
    }
  })
}

/** They answer for what there is to be seen, and that is nothing. */
const silentRows = ['UNSUBSCRIBE', 'LSUB', 'LIST', 'ESEARCH of it']

test('without any right, a mailbox is absent to each command that needs one', async () => {
  for (const row of table) {
    const said = await outcome(row, '')
    if (silentRows.includes(row.name)) assert.match(said, /^OK/, row.name)
    else if (['CREATE', 'GETQUOTAROOT'].includes(row.name)) assert.match(said, /^NO \[NOPERM\]/, row.name)
    else assert.match(said, /^NO \[(NONEXISTENT|TRYCREATE)\] There is no such mailbox/, row.name)
  }
})

test('STORE of all flags needs any of s, t and w', async () => {
  const replace: Row = { name: 'STORE', needs: '', selects: 'box', line: 'STORE 1 FLAGS (\\Draft)' }
  for (const right of rights) {
    const isEnough = 'stw'.includes(right)
    assert.match(await outcome(replace, `lr${right}`), isEnough ? /^OK/ : /^NO \[NOPERM\]/, right)
  }
})

test('MYRIGHTS needs any of l, r, i, k, x and a, and no other will do', async () => {
  const myRights = table.find(row => row.name === 'MYRIGHTS') as Row
  for (const right of rights) {
    const isEnough = 'lrikxa'.includes(right)
    assert.match(await outcome(myRights, right), isEnough ? /^OK/ : /^NO \[NONEXISTENT\]/, right)
  }
})

test('CLOSE without e leaves what is \\Deleted, FETCH without s what is unseen', async () => {
  for (const [letters, messages, unseen] of [
    ['lrswipkxta', 1, 1],
    ['lrswipkxtea', 0, 0],
  ] as const) {
    const { id, name } = await box(letters)
    assert.match(await ending(`SELECT ${name}`), /^OK/)
    assert.match(await ending('CLOSE'), /^OK/)
    const counts = await imap.store.mailboxes.counts(id)
    assert.deepEqual([counts.messages, counts.unseen], [messages, unseen])
  }
  for (const [letters, unseen] of [
    ['lrwipkxtea', 1],
    ['lrs', 0],
  ] as const) {
    const { id, name } = await box(letters)
    assert.match(await ending(`SELECT ${name}`), /^OK/)
    assert.match(await ending('FETCH 1 BODY[]'), /^OK/)
    assert.equal((await imap.store.mailboxes.counts(id)).unseen, unseen)
  }
})

test('SELECT is READ-WRITE with any right to change something, READ-ONLY without', async () => {
  for (const right of rights) {
    const { name } = await box(`r${right}`)
    const isWritable = 'ieswtn'.includes(right)
    assert.match(await ending(`SELECT ${name}`), isWritable ? /^OK \[READ-WRITE\]/ : /^OK \[READ-ONLY\]/, right)
  }
})

test('an account that is removed leaves no rights behind, and its sessions end', async () => {
  const name = await imap.account()
  const { id } = (await imap.store.accounts.find(name)) as { id: AccountId }
  const given = await imap.mailbox(aliceName, 'given')
  await imap.store.acl.change(given, { account: id, negative: false, mode: 'add', rights: ['l', 'r'] })
  const guest = await Client.open(await imap.server())
  await guest.prologue('login', `LOGIN ${name} "${password}"`)
  await guest.prologue('select', `SELECT "Other Users/${aliceName}/given"`)
  await imap.store.accounts.remove(id)
  for (let response = await guest.response(); response !== null; response = await guest.response()) {
    assert.match(response, /^\* /)
  }
  guest.close()
  assert.deepEqual(await imap.store.acl.entries(given), [])
  assert.equal(alice, (await imap.store.accounts.find(aliceName))?.id)
})

test('the mailbox of an owner who is removed goes under the feet of those who idle in it', async () => {
  const [owner, name] = [await imap.account(), await imap.account()]
  const { id } = (await imap.store.accounts.find(owner)) as { id: AccountId }
  const { id: guestId } = (await imap.store.accounts.find(name)) as { id: AccountId }
  const inbox = await imap.mailbox(owner, 'INBOX')
  await imap.store.acl.change(inbox, { account: guestId, negative: false, mode: 'add', rights: ['l', 'r'] })
  const guest = await Client.open(await imap.server())
  await guest.prologue('login', `LOGIN ${name} "${password}"`)
  await guest.prologue('select', `SELECT "Other Users/${owner}/INBOX"`)
  guest.send('i IDLE\r\n')
  assert.match((await guest.response()) ?? '', /^\+ /)
  await imap.store.accounts.remove(id)
  assert.match((await guest.response()) ?? '', /^\* BYE/)
  assert.equal(await guest.response(), null)
  guest.close()
  // Others of this file share theirs with anyone.
  const shared = await imap.store.acl.shared(guestId)
  assert.deepEqual(
    shared.filter(({ mailbox }) => mailbox.account === id),
    [],
  )
})
