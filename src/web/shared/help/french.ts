// The help in French.
import type { HelpTexts } from './help-topic.ts';

export const texts: HelpTexts = {
  home: {
    title: 'Accueil',
    purpose: 'Montre ce qui demande votre attention, la charge des ordinateurs et les réglages de la salle.',
    tasks: [
      {
        what: 'Commencer avec une nouvelle salle',
        how: "Les premiers pas disent ce qui vient ensuite et ce qui en est fait. L'ordinateur regarde de lui-même. La liste se masque, et le même bouton la ramène.",
      },
      {
        what: 'Voir ce qui demande votre attention',
        how: "Le plus urgent est en haut. Chaque élément a un bouton qui mène à ce qui aide, par exemple à une station qui attend d'être admise.",
      },
      {
        what: 'Mettre un élément de côté',
        how: "Appuyez sur la croix d'un élément réglé. Il disparaît pour tous les administrateurs et reste dans la liste des éléments mis de côté, avec qui l'a fait et quand.",
      },
      {
        what: 'Suspendre toutes les stations avant une pause',
        how: "Ouvrez les stations, choisissez l'ordinateur dans la colonne « Ordinateur », puis suspendez toutes les stations. Chaque bureau continue de fonctionner, et chacun reprend là où il en était à sa prochaine connexion.",
      },
      {
        what: 'Modifier les réglages',
        how: "Chaque réglage dit ce qu'il fait et quelle est sa valeur par défaut. Un changement compte dès qu'il est enregistré ; il ne ferme aucune session en cours.",
      },
    ],
  },
  stations: {
    title: 'Stations',
    purpose: "Chaque écran de la salle, avec la personne qui y travaille. La liste suit d'elle-même ce qui se passe.",
    tasks: [
      {
        what: 'Choisir des lignes, puis une tâche',
        how: "Appuyez sur une ligne et choisissez une tâche. Avec Ctrl ou Maj vous choisissez plusieurs lignes ; Échap n'en choisit aucune. Une tâche ne concerne que les lignes affichées.",
      },
      {
        what: 'Suspendre une session',
        how: "Le bureau continue de fonctionner en mémoire et la station est libre. La personne se connecte à n'importe quelle station et continue. Rien n'est perdu.",
      },
      {
        what: 'Mettre une session en veille prolongée',
        how: "Elle est enregistrée sur disque et libère sa mémoire. La colonne des programmes à risque dit à l'avance ce qui ne restera pas tel quel.",
      },
      {
        what: "Prendre le contrôle d'un bureau",
        how: 'Choisissez un bureau, puis prenez le contrôle. Vous le voyez et l’utilisez avec la personne, qui voit votre nom, ou à qui on demande d’abord, comme l’administrateur l’a réglé. Ctrl+Alt+Maj mène du bureau aux boutons.',
      },
      {
        what: "Fermer la session de quelqu'un",
        how: "Vous lisez d'abord quelles fenêtres ont peut-être du travail non enregistré. La personne voit un compte à rebours, que vous pouvez arrêter. À la fin, ce qui n'est pas enregistré est perdu.",
      },
      {
        what: 'Déplacer une session vers une autre station',
        how: 'Choisissez la tâche de déplacement et la station. Le bureau y apparaît tel quel, et personne ne se reconnecte.',
      },
      {
        what: 'Ajouter une station',
        how: "Ouvrez l'adresse de cet ordinateur dans un navigateur sur l'appareil. Selon le réglage, il attend ici d'être admis, ou demande un code d'inscription que vous créez ici.",
      },
      {
        what: 'Retrouver un écran',
        how: "La tâche d'identification affiche le nom de la station en grand sur son écran. La session n'est pas dérangée.",
      },
      {
        what: 'Configurer une station',
        how: "La configuration lui donne un nom, une salle, une orientation, une langue, et dit qui peut l'utiliser ou qui y est connecté automatiquement.",
      },
    ],
  },
  users: {
    title: 'Utilisateurs',
    purpose: "Les comptes des personnes de la salle. Ce sont des comptes ordinaires de l'ordinateur.",
    tasks: [
      {
        what: 'Ajouter une personne',
        how: "Ajoutez un utilisateur avec un nom d'utilisateur, le nom complet, un mot de passe et un type de compte. La personne peut se connecter aussitôt et choisit alors, en général, un nouveau mot de passe.",
      },
      {
        what: "Ajouter plusieurs personnes à partir d'une liste",
        how: "Choisissez l'importation et un fichier CSV de votre tableur. Vous voyez ce qui ne va pas dans chaque ligne avant que rien ne soit créé. Enregistrez les mots de passe inventés avant de fermer.",
      },
      {
        what: "Choisir ce que quelqu'un peut faire",
        how: "Les utilisateurs standard se connectent aux stations. Les utilisateurs du tableau de bord peuvent aussi l'ouvrir. Les administrateurs peuvent ouvrir le gestionnaire.",
      },
      {
        what: 'Aider pour un mot de passe oublié',
        how: "Définissez un mot de passe dans les tâches de la personne. Chacun change son propre mot de passe sur la page de connexion d'une station.",
      },
      {
        what: "Écarter quelqu'un pour un temps",
        how: "Désactivez le compte. La connexion est refusée jusqu'à ce que vous le réactiviez. Une session en cours continue, et les fichiers restent.",
      },
      {
        what: 'Supprimer un compte',
        how: 'Supprimez-le et dites ce que deviennent les fichiers : archivés, conservés ou effacés pour de bon. Le dernier administrateur ne peut pas être supprimé.',
      },
    ],
  },
  systems: {
    title: 'Systèmes',
    purpose: 'Les ordinateurs sur lesquels fonctionnent les bureaux : leur état, et si les sessions peuvent être enregistrées.',
    tasks: [
      {
        what: 'Redémarrer ou arrêter',
        how: "Vous voyez d'abord qui travaille et ce qui ne sera pas conservé. Un compte à rebours prévient tout le monde, chaque session est enregistrée, puis l'ordinateur s'arrête. Tant qu'il n'est pas parti, vous pouvez y renoncer.",
      },
      {
        what: 'Installer ou mettre à jour sans être dérangé',
        how: "Passez en mode console. Chaque session est suspendue et conservée, et les stations indiquent qu'elles sont fermées. Le mode station les rouvre.",
      },
      {
        what: 'Voir si les sessions peuvent être enregistrées',
        how: "La ligne sur l'enregistrement des sessions le dit, et sinon pourquoi. Sans cela, un redémarrage ferme toutes les sessions.",
      },
      {
        what: 'Enregistrer un fichier qui ouvre une page',
        how: 'Les fichiers de connexion sont des liens pour Windows, macOS ou Linux qui ouvrent le gestionnaire, le tableau de bord ou une station.',
      },
      {
        what: 'Quand un ordinateur ne répond pas',
        how: "Les sessions en cours continuent, et la connexion est réessayée d'elle-même. Sur l'ordinateur, « stationmaster doctor » dit ce qui ne va pas et que faire.",
      },
      {
        what: 'Donner accès à un programme',
        how: "Créez un jeton, sous Jetons, avec seulement ce qu'il lui faut et une expiration. Il n'est affiché qu'une fois. Le révoquer exclut aussitôt le programme.",
      },
    ],
  },
  activity: {
    title: 'Activité',
    purpose: "Qui a fait quoi, à qui, quand et d'où, et si cela a été fait. Personne ne peut modifier une entrée ici.",
    tasks: [
      {
        what: 'Trouver quelque chose',
        how: 'Écrivez dans la zone de recherche, ou choisissez une personne, une action, un résultat ou des jours. Effacez tous les filtres pour tout revoir.',
      },
      {
        what: 'Emporter la liste',
        how: 'Appuyez sur « Exporter » : « En tableau (CSV) » est fait pour les tableurs, « En lignes JSON » pour les programmes. Ce qui est filtré est ce qui est exporté.',
      },
      {
        what: "Vérifier que rien n'a été modifié",
        how: "La vérification dit à partir de quelle entrée la liste a été modifiée à l'insu du gestionnaire, si c'est le cas.",
      },
      {
        what: 'Durée de conservation',
        how: "Un réglage de l'accueil dit pendant combien de jours. Exportez la liste avant s'il vous la faut plus longtemps.",
      },
    ],
  },
  dashboard: {
    title: 'Tableau de bord',
    purpose:
      'Qui est connecté à quelle station, en direct, et ce que vous pouvez faire. Ce que vous faites est noté avec votre nom.',
    tasks: [
      {
        what: 'Voir tous les bureaux',
        how: "L'onglet des bureaux montre chaque écran, en direct. Un clic, avec Ctrl ou Maj, ou bien les flèches et la barre d'espace choisissent ; Entrée ou un double clic agrandit un bureau, et les flèches passent au suivant. L'affichage règle la taille et l'ordre.",
      },
      {
        what: 'Suspendre une session',
        how: "Choisissez la ligne, puis suspendez. Le bureau continue de fonctionner et la station est libre. La personne se reconnecte n'importe où et continue.",
      },
      {
        what: "Déplacer quelqu'un vers une autre station",
        how: 'Choisissez la tâche de déplacement et la station. Le bureau y va tel quel, et personne ne se reconnecte.',
      },
      {
        what: "Fermer la session de quelqu'un",
        how: "Vous lisez d'abord quelles fenêtres ont peut-être du travail non enregistré. La personne voit un compte à rebours et peut enregistrer ; vous pouvez l'arrêter.",
      },
      {
        what: "Donner plus de temps à quelqu'un",
        how: 'Quand les sessions ont une limite de temps, une personne peut en demander plus avant la fin. La demande apparaît au-dessus de la liste : choisissez combien de minutes, puis accordez-les ou refusez.',
      },
      {
        what: "Voir qui demande de l'aide",
        how: "Qui lève la main à une station figure dans une liste au-dessus de tout, le premier en haut. « Baisser » dit à la personne que vous l'avez vue.",
      },
      {
        what: 'Retrouver un écran',
        how: "La tâche d'identification affiche le nom de la station en grand sur son écran.",
      },
      {
        what: 'Pourquoi certaines lignes ne se modifient pas',
        how: 'Les sessions des administrateurs et des autres utilisateurs du tableau de bord ne dépendent pas de vous, sauf si un administrateur le permet.',
      },
    ],
  },
  station: {
    title: 'À cette station',
    purpose: "Connectez-vous avec votre nom d'utilisateur et votre mot de passe pour ouvrir votre bureau.",
    tasks: [
      {
        what: 'Reprendre là où vous en étiez',
        how: "Si vous avez laissé votre bureau ouvert, connectez-vous ici ou à une autre station : il apparaît comme vous l'avez laissé.",
      },
      {
        what: 'Changer votre mot de passe',
        how: "Cochez la case du changement de mot de passe avant de vous connecter, ou choisissez « Mot de passe » dans la barre d'outils de votre bureau. Le nouveau vous sera demandé.",
      },
      {
        what: "Demander de l'aide",
        how: "Appuyez sur Ctrl+Alt+Maj sur le bureau pour voir la barre d'outils, puis « Lever la main ». « Baisser la main » l'annule.",
      },
      {
        what: 'Partir',
        how: "Appuyez sur Ctrl+Alt+Maj sur le bureau pour voir la barre d'outils. Vous pouvez y laisser votre bureau ouvert, ou fermer la session : enregistrez d'abord votre travail.",
      },
      {
        what: 'Quand un compte à rebours apparaît',
        how: 'Si personne ne semble être là, appuyez sur une touche ou bougez le pointeur pour rester. Si votre temps est presque écoulé, enregistrez votre travail ; vous pouvez demander plus de temps à ceux qui gèrent la salle.',
      },
      {
        what: 'Si la connexion échoue',
        how: "Vérifiez le verrouillage des majuscules et le nom d'utilisateur. Si cela ne marche toujours pas, demandez un nouveau mot de passe à l'administrateur.",
      },
    ],
  },
};
