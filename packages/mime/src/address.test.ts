import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AddressList, mailboxes, parseAddressList } from './index.ts'

/** "name|route|mailbox|host"; groups as "group: …; …". */
function shown(list: AddressList): string[] {
  return list.map(entry =>
    'group' in entry
      ? `${entry.group}: ${shown(entry.members).join('; ')}`
      : `${entry.name}|${entry.route}|${entry.mailbox}|${entry.host}`,
  )
}

describe('address lists', () => {
  for (const [value, ...expected] of [
    // RFC 5322 appendix A.1.
    ['John Doe <jdoe@machine.example>', 'John Doe||jdoe|machine.example'],
    ['"Joe Q. Public" <john.q.public@example.com>', 'Joe Q. Public||john.q.public|example.com'],
    [
      'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>',
      'Mary Smith||mary|x.test',
      '||jdoe|example.org',
      'Who?||one|y.test',
    ],
    [
      '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
      '||boss|nil.test',
      'Giant; "Big" Box||sysservices|example.net',
    ],
    ['Undisclosed recipients:;', 'Undisclosed recipients: '],
    [
      'A Group:Ed Jones <joe@where.test>,joe@where.test,John <jdoe@one.test>;',
      'A Group: Ed Jones||joe|where.test; ||joe|where.test; John||jdoe|one.test',
    ],
    // Appendix A.5 and A.6.
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', 'Pete||pete|silly.test'],
    [
      "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n     joe@example.org,\r\n John <jdoe@one.test> (my dear friend); (the end of the group)",
      'A Group: Chris Jones||c|public.example; ||joe|example.org; John||jdoe|one.test',
    ],
    ['(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;', 'Hidden recipients: '],
    ['Joe Q. Public <john.q.public@example.com>', 'Joe Q. Public||john.q.public|example.com'],
    [
      'Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example',
      'Mary Smith|@node.test|mary|example.net',
      '||jdoe|test.example',
    ],
    ['<@a.test,@b.test:c@d.test>', '|@a.test,@b.test|c|d.test'],
    ['John Doe <jdoe@machine(comment).  example>', 'John Doe||jdoe|machine.example'],
    // Comments as names.
    ['moore@cs.utk.edu (Keith Moore)', 'Keith Moore||moore|cs.utk.edu'],
    ['a@b (nested (comment))', 'nested (comment)||a|b'],
    // Local parts and hosts.
    ['"john doe"@example.com', '||john doe|example.com'],
    ['a."b c".d@e', '||a.b c.d|e'],
    ['a@[192.0.2.1]', '||a|[192.0.2.1]'],
    ['a@[IPv6:2001:db8::1], b@c', '||a|[IPv6:2001:db8::1]', '||b|c'],
    ['josé@exämple.com', '||josé|exämple.com'],
    // What senders do.
    ['root', '||root|'],
    ['root, a@b', '||root|', '||a|b'],
    ['John Doe', 'John Doe|||'],
    ['"John Doe"', 'John Doe|||'],
    ['John <root>', 'John||root|'],
    ['<>', '|||'],
    ['<@host>', '|||host'],
    ['a@b <a@b>', 'a@b||a|b'],
    ['a@b; c@d', '||a|b', '||c|d'],
    ['a@b junk, c@d', '||a|b', '||c|d'],
    ['John <a@b, c@d', 'John||a|b', '||c|d'],
    ['=?utf-8?q?J=C3=B6rg?= <a@b>', '=?utf-8?q?J=C3=B6rg?=||a|b'],
    ['John [Work] <a@b>', 'John [Work]||a|b'],
    ['a@@b', '||a|b'],
    ['Group: a@b', 'Group: ||a|b'],
    ['A: B: a@b;', 'A: ||a|b'],
    [',,;,'],
    ['(only a comment)'],
    [''],
  ])
    it(JSON.stringify(value), () => assert.deepEqual(shown(parseAddressList(value as string)), expected))

  it('mailboxes are those in groups too', () => {
    assert.deepEqual(
      mailboxes(parseAddressList('a@b, G: c@d, e@f;')).map(address => address.mailbox),
      ['a', 'c', 'e'],
    )
  })
})
