import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeWords } from './index.ts'

describe('encoded words', () => {
  for (const [encoded, decoded] of [
    // RFC 2047 §8.
    ['=?ISO-8859-1?Q?a?=', 'a'],
    ['=?ISO-8859-1?Q?a?= b', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a_b?=', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
    ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
    ['=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>', 'Keld Jørn Simonsen <keld@dkuug.dk>'],
    ['=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>', 'André Pirard <PIRARD@vm1.ulg.ac.be>'],
    [
      '=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=',
      'If you can read this you understand the example.',
    ],
    ['=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=', 'םולש ןב ילטפנ'],
    // RFC 2231 §5.
    ['=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
    // What senders do.
    ['=?utf-8?b?w4Q=?=x=?utf-8?q?=C3=A4?=', 'Äxä'],
    ['a=?utf-8?q?b?=c', 'abc'],
    ['=?utf-8?q?=C3?= =?utf-8?q?=A4?=', 'ä'],
    ['=?UTF-8?B?w6Q=?= =?utf-8?q?!?=', 'ä!'],
    ['=?utf-8?q?a b?=', 'a b'],
    ['=?iso-2022-jp?b?GyRCRnxLXDhsGyhC?=', '日本語'],
    ['=?gb2312?b?1tDOxA==?=', '中文'],
    ['=?koi8-r?b?8NLJ18XU?=', 'Привет'],
    ['=?x-unknown?q?a=FF?= b', '=?x-unknown?q?a=FF?= b'],
    ['=?x?q?a?= =?x?q?b?= =?utf-8?q?c?=', '=?x?q?a?= =?x?q?b?=c'],
    ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
    ['=?utf-8?q?a', '=?utf-8?q?a'],
    ['=?utf-8?q?=4?=', '=4'],
    ['=?utf-8?q?a=0D=0Ab=00?=', 'ab'],
    ['=?utf-8?q??=', ''],
    ['no words', 'no words'],
    ['', ''],
  ] as const)
    it(JSON.stringify(encoded), () => assert.equal(decodeWords(encoded), decoded))
})
