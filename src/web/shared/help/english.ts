// The help in English.
import type { HelpTexts } from './help-topic.ts';

export const texts: HelpTexts = {
  home: {
    title: 'Home',
    purpose: 'Shows what needs you today, how busy the computers are, and the settings of the room.',
    tasks: [
      {
        what: 'Begin with a new room',
        how: '“First steps” says what comes next and what of it is done. The computer looks by itself. “Hide” puts the list away, the same button brings it back.',
      },
      {
        what: 'See what needs your attention',
        how: 'The most urgent is on top. Each entry has a button that leads to what helps, for example to a station that waits to be let in.',
      },
      {
        what: 'Put an entry aside',
        how: 'Press the cross at an entry that is over. It disappears for all administrators and stays listed under “Put aside”, with who did it and when.',
      },
      {
        what: 'Suspend all stations before a break',
        how: 'Open Stations, choose the computer in the Computer column, then “Suspend all stations”. Every desktop goes on running, and people go on where they were when they sign in again.',
      },
      {
        what: 'Change the settings',
        how: 'Each setting says what it does and what its default is. A change counts from the moment you save it; sessions that are running are not ended by it.',
      },
    ],
  },
  stations: {
    title: 'Stations',
    purpose: 'Every screen in the room, with who works there. The list follows what happens by itself.',
    tasks: [
      {
        what: 'Choose lines, then a task',
        how: 'Press a line and choose a task. With Ctrl or Shift you choose several lines; Escape chooses none. A task only concerns lines that are shown.',
      },
      {
        what: 'Suspend a session',
        how: 'The desktop goes on running in memory and the station is free. The person signs in at any station and goes on. Nothing is lost.',
      },
      {
        what: 'Hibernate a session',
        how: 'It is saved to disk and frees its memory: “Suspended (saved)”. The column “Programs at risk” says beforehand what does not stay as it is.',
      },
      {
        what: 'Take control of a desktop',
        how: 'Choose one desktop, then “Take control”. You see and use it together with the person, who sees your name, or is asked first, as the administrator set it. Ctrl+Alt+Shift leads from the desktop to “Stop”.',
      },
      {
        what: 'Log somebody off',
        how: 'You first read which windows may have unsaved work. The person sees a countdown; “Keep signed in” calls it off. What is not saved is lost when it ends.',
      },
      {
        what: 'Move a session to another station',
        how: 'Choose “Move…” and the station. The desktop appears there as it is, and nobody signs in again.',
      },
      {
        what: 'Add a station',
        how: 'Open the address of this computer in a browser on the device. Depending on the setting it waits here for “Let in”, or asks for an enrolment code, which you make here.',
      },
      {
        what: 'Find a screen',
        how: '“Identify station” shows its name large on its screen. The session there is not disturbed.',
      },
      {
        what: 'Set a station up',
        how: '“Configure station” gives it a name, a room, an orientation, a language, and says who may use it or who is signed in by itself.',
      },
    ],
  },
  users: {
    title: 'Users',
    purpose: 'The accounts of the people in the room. They are ordinary accounts of the computer.',
    tasks: [
      {
        what: 'Add one person',
        how: 'Press “Add user”, give a user name, the full name, a password and an account type. The person can sign in at once and, as a rule, chooses a new password then.',
      },
      {
        what: 'Add many people from a list',
        how: 'Press “Import…” and choose a CSV file from your spreadsheet. You see what is wrong with each line before anything is made. Save the passwords that were made up before you close.',
      },
      {
        what: 'Choose what somebody may do',
        how: 'Standard users sign in at stations. Dashboard users may open the Dashboard as well. Administrators may open the Manager.',
      },
      {
        what: 'Help with a forgotten password',
        how: 'Choose “Set password…” in the tasks of the person. People change their own password on the sign-in page of a station.',
      },
      {
        what: 'Keep somebody out for a while',
        how: 'Choose “Disable…”. Signing in is refused until you enable the account again. A session that runs goes on, and files stay.',
      },
      {
        what: 'Remove an account',
        how: 'Choose “Delete…” and say what becomes of the files: packed up, kept, or deleted for good. The last administrator cannot be removed.',
      },
    ],
  },
  systems: {
    title: 'Systems',
    purpose: 'The computers that the desktops run on: how they are, and whether sessions can be saved.',
    tasks: [
      {
        what: 'Restart or shut down',
        how: 'You first see who is at work and what will not be kept. People are warned with a countdown, every session is saved, then the computer goes. “Keep it running” takes it back.',
      },
      {
        what: 'Install or update something undisturbed',
        how: 'Choose “Switch to console mode”. Every session is suspended and kept, and the stations say that they are closed. “Switch to station mode” opens them again.',
      },
      {
        what: 'See whether sessions can be saved',
        how: 'The line “Save sessions to disk” says so, and why not if not. Without it a restart ends all sessions.',
      },
      {
        what: 'Save a file that opens a page',
        how: '“Save connection files” makes a link for Windows, macOS or Linux that opens the Manager, the Dashboard or a station.',
      },
      {
        what: 'When a computer does not answer',
        how: 'Running sessions go on, and the connection is tried again by itself. On the computer, “stationmaster doctor” says what is wrong and what to do.',
      },
      {
        what: 'Let a program in',
        how: '“Make a token…” under Tokens, with only what it needs and an end. It is shown once. “Revoke…” shuts the program out at once.',
      },
    ],
  },
  activity: {
    title: 'Activity',
    purpose: 'Who did what, to whom, when and from where, and whether it was done. Nobody can change an entry here.',
    tasks: [
      {
        what: 'Find something',
        how: 'Type in the search box, or choose a person, an action, a result or days. “Clear all filters” shows everything again.',
      },
      {
        what: 'Take the list along',
        how: 'Press “Export”: “As a table (CSV)” is for spreadsheets, “As JSON lines” for programs. What you filtered is what is exported.',
      },
      {
        what: 'Check that nothing was changed',
        how: '“Check for changes” says from which entry on the list was changed behind the back of the Manager, if it was.',
      },
      {
        what: 'How long entries are kept',
        how: 'A setting in Home says for how many days. Export the list before if you need it for longer.',
      },
    ],
  },
  dashboard: {
    title: 'Dashboard',
    purpose: 'Who is signed in at which station, live, and what you can do for them. What you do is written down with your name.',
    tasks: [
      {
        what: 'See all desktops',
        how: 'The tab “Desktops” shows every screen, live. Click, Ctrl and Shift, or arrow keys and space bar choose; Enter or a double click shows one large, and the arrow keys go to the next. “View” says how large and in which order.',
      },
      {
        what: 'Suspend a session',
        how: 'Choose the line, then “Suspend”. The desktop goes on running and the station is free. The person signs in again, anywhere, and goes on.',
      },
      {
        what: 'Move somebody to another station',
        how: 'Choose “Move…” and the station. The desktop goes there as it is, and nobody signs in again.',
      },
      {
        what: 'Log somebody off',
        how: 'You first read which windows may have unsaved work. The person sees a countdown and can save; “Keep signed in” calls it off.',
      },
      {
        what: 'Give somebody more time',
        how: 'Where sessions have a limit of time, a person may ask for more before its end. It appears above the list: choose how many minutes, then “Give more time”, or “Refuse”.',
      },
      {
        what: 'See who wants help',
        how: 'Who raises a hand at a station stands in a list above everything, who asked first at the top. “Take down” tells the person that you have seen it.',
      },
      {
        what: 'Find a screen',
        how: '“Identify station” shows the name of the station large on its screen.',
      },
      {
        what: 'Why some lines cannot be changed',
        how: 'Sessions of administrators and of other Dashboard users are not yours to change, unless an administrator allows it.',
      },
    ],
  },
  station: {
    title: 'At this station',
    purpose: 'Sign in with your user name and password to open your desktop.',
    tasks: [
      {
        what: 'Go on where you were',
        how: 'If you left your desktop running, sign in here or at any other station: it appears as you left it.',
      },
      {
        what: 'Change your password',
        how: 'Tick “Change my password” before you sign in, or choose “Password” in the toolbar of your desktop. You are asked for the new one.',
      },
      {
        what: 'Ask for help',
        how: 'Press Ctrl+Alt+Shift on the desktop for the toolbar, then “Raise hand”. “Take hand down” takes it back.',
      },
      {
        what: 'Leave',
        how: 'Press Ctrl+Alt+Shift on the desktop for the toolbar. “Disconnect” leaves your desktop running, “Sign out” ends it: save your work before.',
      },
      {
        what: 'When a countdown appears',
        how: 'If nobody seems to be here, press a key or move the pointer to stay. If your time is nearly over, save your work; “Ask for more time” asks those who run the room.',
      },
      {
        what: 'If you cannot sign in',
        how: 'Check the Caps Lock key and the user name. If it still does not work, ask the administrator for a new password.',
      },
    ],
  },
};
