// The words for the room: stations, sessions, people, settings, tokens, audit. Each does what the Manager's task does, over the
// same API.
import { Option } from 'commander';
import type { Command } from 'commander';
import { accountFilesFates, levels } from '#model/account.ts';
import { defaultTokenDays, tokenScopes } from '#model/permissions.ts';
import { pictureSizes } from '#model/picture.ts';
import { orientations } from '#model/station.ts';
import type { Layout } from '../computer/layout.ts';
import type { GatewayClient, ServerOptions } from './gateway-client.ts';
import { scopeHelp } from './token-scopes.ts';

export interface RoomOptions extends ServerOptions {
  json?: true;
}

/** Runs one command with the gateway that its options name. */
type RoomAction<O> = (gateway: GatewayClient, options: O, ...words: string[]) => Promise<void>;

export function addRoomCommands(program: Command, layout: Layout): void {
  const connected =
    <O extends RoomOptions>(load: () => Promise<RoomAction<O>>) =>
    async (...given: unknown[]): Promise<void> => {
      // commander gives the arguments, then the options, then the command itself.
      const words = given.slice(0, -2).flat() as string[];
      const options = given.at(-2) as O;
      const { connectGateway } = await import('./gateway-client.ts');
      await (await load())(await connectGateway(options, layout.places), options, ...words);
    };
  const withServer = (command: Command): Command =>
    command
      .option('--json', 'print JSON')
      .option('--server <address>', 'https address of the gateway (or STATIONMASTER_SERVER); this computer if left out')
      .option('--ca <file>', "PEM file of the gateway's certificate authority")
      .option('--token-file <file>', 'file with the token, readable by its owner only (or STATIONMASTER_TOKEN)');
  const computerOption = (command: Command): Command => command.option('--computer <name>', 'only this computer');

  const stations = () => import('./station-commands.ts');
  const station = program.command('station').description('stations of the room');
  computerOption(withServer(station.command('list').description('stations and the sessions at them')))
    .option('--all', 'also those that are not open')
    .action(connected(async () => (await stations()).listStations));
  withServer(station.command('set').argument('<stations...>', 'their names or ids').description('configure stations'))
    .option('--name <name>', 'what it is called from now on')
    .option('--room <room>', 'the room that it stands in, made if it is new; "" for none')
    .addOption(new Option('--language <language>', 'language that its page begins with').choices(['en', 'fr', 'browser']))
    .addOption(new Option('--orientation <orientation>', 'how its screen hangs').choices(orientations))
    .option('--users <names>', 'accounts that may use it, with commas between them')
    .option('--groups <names>', 'groups that may use it, with commas between them')
    .option('--auto-logon <account>', 'account that it signs in by itself; "" for none')
    .option('--everyone', 'all who may sign in at stations may use it')
    .action(connected(async () => (await stations()).setStation));
  withServer(
    station
      .command('split')
      .argument('<station>', 'its name or id')
      .description('make two stations of one screen, side by side; a session there stays, on the left'),
  )
    .option('--name <name>', 'what the right half is called')
    .action(connected(async () => (await stations()).splitStation));
  withServer(
    station
      .command('unsplit')
      .argument('<station>', 'name or id of either half')
      .description('give the whole screen to the left half'),
  )
    .option('--suspend', 'suspend a session at the right half')
    .action(connected(async () => (await stations()).unsplitStation));
  computerOption(withServer(station.command('identify').argument('[stations...]').description('show names large on the screens')))
    .option('--all', 'all stations')
    .option('--hide', 'hide them again')
    .action(connected(async () => (await stations()).identifyStations));
  withServer(station.command('admit').argument('<stations...>').description('let waiting browsers become stations')).action(
    connected(async () => (await stations()).admitStations),
  );
  withServer(
    station.command('remove').argument('<stations...>').description('remove stations; their sessions are suspended'),
  ).action(connected(async () => (await stations()).removeStations));
  withServer(station.command('code').description('a code with which browsers become stations'))
    .option('--minutes <number>', 'how long it holds', '60')
    .action(connected(async () => (await stations()).makeCode));

  const remapWord = station.command('remap').description('number the stations by pressing a letter at each screen');
  computerOption(withServer(remapWord.command('start').description('every screen shows a letter')))
    .option('--new-names', 'they are called Station 1, Station 2, … afterwards')
    .action(connected(async () => (await stations()).startRemap));
  computerOption(
    withServer(remapWord.command('status').description('who is done, and whether the last one can be undone')),
  ).action(connected(async () => (await stations()).remapStatus));
  computerOption(withServer(remapWord.command('cancel').description('leave it; everything stays as it was'))).action(
    connected(async () => (await stations()).cancelRemap),
  );
  computerOption(withServer(remapWord.command('undo').description('names and order as before the last remap'))).action(
    connected(async () => (await stations()).undoRemap),
  );

  const rooms = () => import('./room-order-commands.ts');
  const roomWord = program.command('room').description('rooms that stations stand in');
  withServer(roomWord.command('list').description('rooms and their stations')).action(
    connected(async () => (await rooms()).listRooms),
  );
  withServer(roomWord.command('add').argument('<rooms...>').description('make rooms')).action(
    connected(async () => (await rooms()).addRooms),
  );
  withServer(
    roomWord.command('rename').argument('<room>').argument('<name>').description('rename a room; its stations go along'),
  ).action(connected(async () => (await rooms()).renameRoom));
  withServer(roomWord.command('remove').argument('<rooms...>').description('remove rooms; their stations stay, in none')).action(
    connected(async () => (await rooms()).removeRooms),
  );
  withServer(roomWord.command('order').argument('<rooms...>').description('put rooms first, in this order')).action(
    connected(async () => (await rooms()).orderRooms),
  );

  const sessions = () => import('./session-commands.ts');
  const session = program.command('session').description("people's desktops");
  computerOption(withServer(session.command('list').description('sessions'))).action(
    connected(async () => (await sessions()).listSessions),
  );
  computerOption(
    withServer(session.command('suspend').argument('[sessions...]', 'id, station or user').description('suspend sessions')),
  )
    .option('--all', 'all sessions')
    .action(connected(async () => (await sessions()).suspendSessions));
  const blocks = () => import('./block-commands.ts');
  withServer(
    session
      .command('block')
      .argument('[sessions...]', 'id, station or user')
      .description('stop the use of desktops, with a message on their screens, until they are unblocked'),
  )
    .option('--all', 'everybody that you have in the Dashboard, also who signs in later')
    .option('--message <text>', 'what the screens say; without it your own, or "Station blocked"')
    .action(connected(async () => (await blocks()).blockSessions));
  withServer(session.command('unblock').argument('[sessions...]', 'id, station or user').description('unblock desktops'))
    .option('--all', 'everybody that you have in the Dashboard')
    .option('--others', 'also what somebody else blocked')
    .action(connected(async () => (await blocks()).unblockSessions));
  withServer(
    session
      .command('picture')
      .argument('<session>', 'id, station or user')
      .description('write what the screen of a session shows into a file (JPEG); the activity says who looked'),
  )
    .requiredOption('--to <file>', 'a file that is not there yet')
    .addOption(new Option('--size <size>', 'how large').choices(pictureSizes).default('large'))
    .action(connected(async () => (await sessions()).sessionPicture));
  withServer(
    session
      .command('move')
      .argument('<session>', 'id, station or user')
      .argument('<station>', 'its name or id')
      .description('move a running session to another station; nobody has to sign in there'),
  )
    .option('--displace', 'suspend the session that is there')
    .action(connected(async () => (await sessions()).moveSession));
  computerOption(
    withServer(
      session.command('hibernate').argument('[sessions...]', 'id, station or user').description('save sessions to disk'),
    ),
  )
    .option('--all', 'all suspended sessions')
    .option('--close-programs', 'ask programs that cannot be saved to close before')
    .action(connected(async () => (await sessions()).hibernateSessions));
  computerOption(
    withServer(session.command('check').description('what saving would do to the programs of the running sessions')),
  ).action(connected(async () => (await sessions()).checkSessions));
  computerOption(
    withServer(
      session
        .command('unsaved')
        .argument('[sessions...]', 'id, station or user')
        .description('what windows say of unsaved work, before somebody is logged off'),
    ),
  )
    .option('--all', 'all sessions that are at a station')
    .action(connected(async () => (await sessions()).unsavedInSessions));
  computerOption(
    withServer(session.command('logoff').argument('[sessions...]', 'id, station or user').description('log sessions off')),
  )
    .option('--all', 'all sessions that are at a station')
    .option('--suspended', 'with --all: the suspended ones too')
    .option('--seconds <number>', 'how long the people are warned, 0 for at once; the setting if left out')
    .option('--yes', 'do not ask where windows say that work is unsaved')
    .action(connected(async () => (await sessions()).logOffSessions));
  computerOption(
    withServer(session.command('keep').argument('[sessions...]', 'id, station or user').description('take a log-off back')),
  )
    .option('--all', 'every log-off that is counting down')
    .action(connected(async () => (await sessions()).keepSessions));
  withServer(session.command('requests').description('who asks for more time than one session may take')).action(
    connected(async () => (await sessions()).listTimeRequests),
  );
  const hands = () => import('./hand-commands.ts');
  withServer(session.command('hands').description('who has a hand up, in the order in which they raised it')).action(
    connected(async () => (await hands()).listHands),
  );
  withServer(
    session
      .command('lower-hand')
      .argument('[sessions...]', 'id, station or user')
      .description('take raised hands down; the stations say by whom'),
  )
    .option('--all', 'every hand of those that you have in the Dashboard')
    .action(connected(async () => (await hands()).lowerHands));
  withServer(
    session
      .command('extend')
      .argument('<session>', 'id, station or user')
      .description('give a session more time than one may take; --refuse says no to who asked'),
  )
    .option('--minutes <number>', 'how many minutes more, 1 to 1440')
    .option('--refuse', 'say no to who asked for more time')
    .action(connected(async () => (await sessions()).extendSession));

  const system = () => import('./system-commands.ts');
  withServer(program.command('computer').description('computers of the room').command('list').description('computers')).action(
    connected(async () => (await system()).listComputers),
  );
  const room = program.command('system').description('the room as a whole');
  const leaving = () => import('./leave-commands.ts');
  const leaveOptions = (command: Command): Command =>
    computerOption(withServer(command))
      .option('--in <seconds>', 'how long people are warned; the setting if left out')
      .option('--now', 'without a warning; sessions are saved all the same')
      .option('--yes', 'do not ask')
      .option('--no-wait', 'do not wait until it goes down');
  leaveOptions(room.command('restart').description('restart a computer; every session is saved before')).action(
    connected(async () => (await leaving()).restart),
  );
  leaveOptions(room.command('shutdown').description('shut a computer down; every session is saved before')).action(
    connected(async () => (await leaving()).shutDown),
  );
  computerOption(
    withServer(
      room
        .command('mode')
        .argument('<mode>', 'console or station')
        .description(
          'close the stations for maintenance (console; sessions are suspended and kept), or open them again (station)',
        ),
    ),
  ).action(connected(async () => (await leaving()).setMode));
  computerOption(withServer(room.command('stay').description('take a restart or shutdown back during its warning'))).action(
    connected(async () => (await leaving()).stayHere),
  );
  withServer(room.command('settings').description('settings; --set changes them'))
    .option('--set <name=value...>', 'change a setting')
    .action(connected(async () => (await system()).settings));
  const users = () => import('./user-commands.ts');
  const choices = program.command('settings').description('settings of the room');
  withServer(choices.command('list').description('settings: value, where it comes from, what it does')).action(
    connected(async () => (await system()).settings),
  );
  withServer(choices.command('get').argument('<name>').description('the value of one setting')).action(
    connected(async () => (await system()).getSetting),
  );
  withServer(choices.command('set').argument('<name=value...>').description('change settings, all of them or none')).action(
    connected(async () => (await system()).setSettings),
  );
  const limits = () => import('./limit-commands.ts');
  const limitWord = program.command('limits').description('limits of sessions, for groups, stations and the computer');
  const ofOptions = (command: Command): Command =>
    withServer(command).option('--group <group>', 'of this Linux group').option('--station <station>', 'of this station');
  withServer(limitWord.command('list').description('what is set for the computer, for groups and for stations')).action(
    connected(async () => (await limits()).listLimits),
  );
  withServer(limitWord.command('show').argument('<user>').description('what holds for a person, and where it comes from'))
    .option('--station <station>', 'at this station')
    .action(connected(async () => (await limits()).showLimits));
  ofOptions(
    limitWord.command('set').argument('<limit=value...>').description('set limits, of the computer if nothing else is named'),
  ).action(connected(async () => (await limits()).setLimits));
  ofOptions(
    limitWord
      .command('reset')
      .argument('[limits...]', 'all if left out')
      .description('take limits away: those of a group or station are as on the computer again'),
  ).action(connected(async () => (await limits()).resetLimits));
  const user = program.command('user').description('people with an account on the computer');
  const levelOption = (): Option => new Option('--level <level>', 'what the person may do').choices(levels);
  withServer(user.command('list').description('people and their levels')).action(
    connected(async () => (await users()).listUsers),
  );
  withServer(
    user.command('add').argument('<user>').description('make an account; the password is asked for, or read from standard input'),
  )
    .option('--name <full name>', 'full name')
    .addOption(levelOption().default('standard'))
    .option('--must-change', 'the password must be changed at the first sign-in')
    .action(connected(async () => (await users()).addUser));
  withServer(
    user
      .command('set')
      .argument('<user>')
      .description("change somebody's level or name, whom they see, disable or enable the account"),
  )
    .addOption(levelOption())
    .option('--name <full name>', 'full name; "" for none')
    .option('--disable', 'refuse signing in; a session that runs goes on')
    .option('--enable', 'allow signing in again')
    .option('--rooms <rooms...>', 'in the Dashboard: see who sits in these rooms')
    .option('--groups <groups...>', 'in the Dashboard: see the members of these Linux groups, such as a class')
    .option('--everybody', 'in the Dashboard: see everybody again')
    .action(connected(async () => (await users()).setUser));
  withServer(
    user
      .command('password')
      .argument('<user>')
      .description('give another password; it is asked for, or read from standard input'),
  )
    .option('--must-change', 'it must be changed at the next sign-in')
    .action(connected(async () => (await users()).setPassword));
  withServer(user.command('remove').argument('<users...>').description('remove accounts'))
    .addOption(new Option('--files <fate>', 'what becomes of the files').choices(accountFilesFates))
    .option('--end-session', 'end their sessions first, saved ones as well; unsaved work is lost')
    .option('--yes', 'do not ask')
    .action(connected(async () => (await users()).removeUsers));
  withServer(
    user
      .command('import')
      .argument('<file>', 'CSV: user name, full name, password (made up if empty), level; "-" for standard input')
      .description('make accounts from a list, and say what became of each line'),
  )
    .option('--dry-run', 'only say what is wrong with the list')
    .option('--no-must-change', 'the passwords need not be changed at the first sign-in')
    .action(connected(async () => (await users()).importUsers));
  const token = program.command('token').description('tokens for the command line from elsewhere, and for programs');
  const tokens = () => import('./token-commands.ts');
  withServer(token.command('list').description('tokens')).action(connected(async () => (await tokens()).listTokens));
  withServer(token.command('add').argument('<name>').description('make a token; it is shown this once'))
    .addOption(new Option('--level <level>', 'what it may do').choices(['dashboard', 'administrator']).default('administrator'))
    .addOption(
      new Option('--scope <scopes...>', 'hold it to these; everything that its level may if left out').choices(
        Object.keys(tokenScopes),
      ),
    )
    .option('--rooms <rooms...>', 'of a Dashboard user: only who sits in these rooms')
    .option('--groups <groups...>', 'of a Dashboard user: only the members of these Linux groups')
    .option('--expires <days>', 'how many days it holds, or "never"', String(defaultTokenDays))
    .addHelpText('after', scopeHelp)
    .action(connected(async () => (await tokens()).addToken));
  withServer(token.command('revoke').argument('<tokens...>', 'name or id').description('make tokens worthless')).action(
    connected(async () => (await tokens()).revokeTokens),
  );
  const alerts = () => import('./alert-commands.ts');
  withServer(program.command('alerts').description('what needs the administrator, the most severe first'))
    .option('--all', 'also what was put aside')
    .option('--dismiss <key>', 'put this one aside, for all administrators')
    .option('--restore <key>', 'show this one again')
    .action(connected(async () => (await alerts()).alerts));
  const audit = () => import('./audit-commands.ts');
  const auditWord = program.command('audit').description('who did what to whom');
  const filtered = (command: Command): Command =>
    withServer(command)
      .option('--actor <name>', 'only what this account or token did')
      .option('--action <action>', 'only this, such as session.suspend')
      .option('--target <name>', 'only what concerned this person, station or computer')
      .addOption(new Option('--outcome <outcome>', 'only what was done, or was not').choices(['done', 'failed']))
      .option('--from <time>', 'from this day or moment on, such as 2026-11-26 or 2026-11-26T14:30')
      .option('--to <time>', 'to this day, or before this moment')
      .option('--search <text>', 'only entries with this text');
  filtered(auditWord.command('list', { isDefault: true }).description('entries, newest first'))
    .option('--limit <number>', 'how many entries', '50')
    .option('--before <number>', 'those before the entry with this number')
    .action(connected(async () => (await audit()).listAudit));
  filtered(auditWord.command('export').description('all entries, oldest first, each with its hash'))
    .addOption(
      new Option('--format <format>', 'for spreadsheets, or one JSON object a line').choices(['csv', 'jsonl']).default('jsonl'),
    )
    .option('--output <file>', 'write a new file that only you can read')
    .action(connected(async () => (await audit()).exportAudit));
  withServer(auditWord.command('verify').description('check that no entry was changed, removed or slipped in'))
    .option('--noted <number:hash>', 'compare with what this command said earlier')
    .action(connected(async () => (await audit()).verifyAudit));
}
