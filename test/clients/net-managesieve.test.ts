/** Net::ManageSieve, a client of another family than sieve-connect, does a whole session with every command it has. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { program } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

const user = 'ada@mail.example'
const password = 'net-managesieve-password'
/** Prints a line a step; the server's own words where it refuses. */
const session = `
use strict; use warnings; use utf8;
use Net::ManageSieve; use Authen::SASL;
binmode STDOUT, ':encoding(UTF-8)';
my ($port, $user, $password, $ca) = @ARGV;
my $sieve = Net::ManageSieve->new('localhost', Port => $port, Timeout => 20,
  tls => { mode => 'require', SSL_ca_file => $ca, SSL_verify_mode => 1, SSL_verifycn_name => 'localhost' }) or die $@;
my $said = sub { print join(' ', @_), "\\n" };
$said->('encrypted', $sieve->encrypted ? 'yes' : 'no');
# By itself it tries the first mechanism of the list only, and knows no SCRAM.
my $plain = Authen::SASL->new(mechanism => 'PLAIN', callback => { user => $user, pass => $password, authname => '' });
$sieve->auth($plain) or die $sieve->error;
my $can = $sieve->capabilities;
$said->('sieve', $can->{sieve});
my $script = qq{require "fileinto";\\nif header :contains "Subject" "Gr\\x{fc}\\x{df}e" { fileinto "Archive"; }\\n};
$said->('space', $sieve->havespace('filing', length $script) ? 'yes' : 'no');
$said->('no space', $sieve->havespace('filing', 1_000_000_000) ? 'yes' : 'no');
$sieve->putscript('filing', $script) or die $sieve->error;
$sieve->putscript('second "quoted" \\\\ name', "keep;\\n") or die $sieve->error;
$said->('broken', $sieve->putscript('broken', "keep;\\nnonsense;\\n") ? 'taken' : $sieve->error);
$sieve->setactive('filing') or die $sieve->error;
my $scripts = $sieve->listscripts or die $sieve->error;
my $active = pop @$scripts;
$said->('scripts', sort @$scripts);
$said->('active', $active);
$said->('same', $sieve->getscript('filing') eq $script ? 'yes' : 'no');
$said->('kept', $sieve->deletescript('filing') ? 'gone' : 'refused');
$sieve->setactive('') or die $sieve->error;
$sieve->deletescript($_) or die $sieve->error for @$scripts;
$scripts = $sieve->listscripts or die $sieve->error;
pop @$scripts;
$said->('left', scalar @$scripts);
$said->('bye', $sieve->logout ? 'yes' : 'no');
`

let server: TestServer
before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
})
after(() => server.stop())

test('scripts go up, are activated, listed, read back and deleted', async () => {
  const port = String(server.port('managesieve'))
  const { code, stdout, stderr } = await program('perl', [
    '-e',
    session,
    port,
    user,
    password,
    server.certificateAuthority,
  ])
  assert.equal(code, 0, stderr)
  const lines = new Map(
    stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => /^(encrypted|sieve|space|no space|broken|scripts|active|same|kept|left|bye) (.*)$/.exec(line))
      .flatMap(match => (match ? [[match[1], match[2]] as const] : [])),
  )
  assert.equal(lines.get('encrypted'), 'yes')
  assert.match(lines.get('sieve') ?? '', /\bfileinto\b.*\bvacation\b/)
  assert.equal(lines.get('space'), 'yes')
  assert.equal(lines.get('no space'), 'no')
  assert.match(lines.get('broken') ?? '', /2/)
  assert.equal(lines.get('scripts'), 'filing second "quoted" \\ name')
  assert.equal(lines.get('active'), 'filing')
  assert.equal(lines.get('same'), 'yes')
  assert.equal(lines.get('kept'), 'refused')
  assert.equal(lines.get('left'), '0')
  assert.equal(lines.get('bye'), 'yes')
})
