import { phrases } from './phrases.ts';

/** What a change comes to, whatever verb asks for it; the verb of the catalogue that stands for it. */
export type Meaning = 'start' | 'stop' | 'reboot' | 'delete' | 'snapshot';

interface Wordings {
  /** Further imperatives; two words may stand around the name: "bring X up". */
  verbs: ReadonlySet<string>;
  /** "I need X stopped". */
  participles: ReadonlySet<string>;
  /** "stopping X": asks for it only after "would you mind" and the like. */
  gerunds: ReadonlySet<string>;
  /** "X needs a reboot". */
  nouns: ReadonlySet<string>;
}

export const WORDINGS: Record<Meaning, Wordings> = {
  start: {
    verbs: phrases(
      'power up, switch on, boot up, start up, wake up, wake, bring up, bring back up, spin up, fire up, starte, starten, einschalten, démarre, démarrez, démarrer, demarre, demarrer, inicia, iniciar, enciende, avvia, avviare, запусти, запустите, запустить',
    ),
    participles: phrases(
      'started, started up, booted, powered on, turned on, switched on, brought up, woken up',
    ),
    gerunds: phrases('starting, booting, powering on, turning on, switching on, bringing up, waking up'),
    nouns: phrases('start'),
  },
  stop: {
    verbs: phrases(
      'power down, switch off, shut off, spin down, bring down, take down, stopp, stoppe, stoppen, anhalten, herunterfahren, abschalten, arrête, arrêtez, arrêter, arrete, arreter, detén, deten, detener, apaga, apagar, ferma, fermare, arresta, pare, parar, останови, остановите, остановить',
    ),
    participles: phrases(
      'stopped, shut down, shutdown, halted, powered off, powered down, turned off, switched off, shut off, taken down, brought down',
    ),
    gerunds: phrases(
      'stopping, shutting down, halting, powering off, powering down, turning off, switching off, taking down, bringing down',
    ),
    nouns: phrases('stop, shutdown, shut down'),
  },
  reboot: {
    verbs: phrases(
      'bounce, do a reboot of, do a restart of, perform a reboot of, perform a restart of, neustarten, neu starten, redémarre, redémarrez, redémarrer, redemarre, redemarrer, reinicia, reiniciar, riavvia, riavviare, перезагрузи, перезагрузите, перезагрузить, перезапусти, перезапустите, перезапустить',
    ),
    participles: phrases('rebooted, restarted, bounced, power cycled'),
    gerunds: phrases('rebooting, restarting, bouncing, power cycling'),
    nouns: phrases('reboot, restart, bounce, power cycle'),
  },
  delete: {
    verbs: phrases(
      'get rid of, lösche, löschen, supprime, supprimez, supprimer, elimina, eliminar, eliminare, удали, удалите, удалить',
    ),
    participles: phrases('deleted, removed, destroyed, terminated, dropped, gotten rid of'),
    gerunds: phrases('deleting, removing, destroying, terminating, dropping, getting rid of'),
    nouns: phrases('deletion, termination'),
  },
  snapshot: {
    verbs: new Set(
      ['take', 'make', 'create', 'start', 'do'].flatMap((verb) =>
        [
          'a snapshot',
          'a backup',
          'snapshot',
          'backup',
          'a db snapshot',
          'a new snapshot',
          'a fresh snapshot',
        ].flatMap((thing) => [`${verb} ${thing} of`, `${verb} ${thing} for`]),
      ),
    ),
    participles: phrases('backed up, snapshotted'),
    gerunds: phrases('backing up, snapshotting, taking a snapshot of, taking a backup of'),
    nouns: phrases('snapshot, backup, a snapshot, a backup'),
  },
};

/** Verbs that may come last: "pg-main stop". Others are nouns there: "pg-main backup". */
export const LAST_VERBS = phrases(
  'stop, start, reboot, restart, delete, terminate, destroy, shut down, turn off, turn on, power off, power on, switch off, switch on, stoppen, starten, neustarten, neu starten, löschen, anhalten, herunterfahren, abschalten, einschalten',
);

/** Changes that people ask for and the app does not make. */
export const OTHER_CHANGES = phrases(
  'hibernate, resize, scale, scale up, scale down, modify, change, rename, upgrade, downgrade, patch, update, attach, detach, restore, promote, demote, fail over, failover, launch, copy, move, migrate, tag, untag, rotate, enable, disable, encrypt, decrypt, pause, unpause, suspend, resume, kill, purge, empty, truncate, wipe, erase, clone, increase, decrease, extend, expand, shrink, add, roll back, rollback, deploy, undeploy, redeploy, connect, ssh, reset, recreate, rebuild, replace, share, unlock, lock, publish, invoke, drain, deregister, register, isolate, quarantine, undelete, nuke, decommission, archive, flush, set, grant, revoke, open, close, export, import, schedule, cancel, abort, undo, revert, pull, push, run, execute, provision, buy, reserve, make',
);

/** Where these come before "stop" and its like, they say that it be done; a question mark does not make them a question. */
export const NEEDS = phrases(
  "i need, i want, we need, we want, i'd like, i would like, we'd like, we would like, get, have, please get, please have, i need to get, i need to have, i want to get, i want to have, i'd like to have, let's get, lets get",
);
/** What is wrong with a resource, said before or after the request: no reason changes the request. */
export const COMPLAINTS = phrases(
  'hanging, hung, stuck, frozen, unresponsive, not responding, not responsive, not reachable, unreachable, not answering, slow, very slow, too slow, down, broken, dead, unhealthy, overloaded, misbehaving, acting up, in trouble, out of memory, idle, unused, not used, not in use, not needed, no longer needed, not needed anymore, costing money, crashed, crashing',
);
export const COMPLAINT_VERBS = phrases(
  "is, seems, seems to be, looks, appears, appears to be, is still, is again, is totally, is completely, is really, keeps, has, it's, it is, it seems, it seems to be, it looks, that is, that's, it has, it keeps",
);

/** At the end of a request: how soon, or once more. */
export const SOON = phrases(
  'right away, right now, straight away, at once, asap, now, this minute, immediately, quickly, as soon as possible, just now, urgently',
);
export const AGAIN = phrases('again, once more, one more time, once again');
/** What deleting a database does by itself. */
export const FINAL_SNAPSHOT = phrases(
  'with a final snapshot, with final snapshot, and keep a final snapshot, keep a final snapshot, keeping a final snapshot, and take a final snapshot, taking a final snapshot, but keep a final snapshot, but take a final snapshot, and create a final snapshot, with the final snapshot, and make a final snapshot',
);

/** Parts, children and attributes of a resource: a change of them is no change of it. */
export const PARTS = phrases(
  'volume, volumes, disk, disks, drive, storage, root, snapshot, snapshots, backup, backups, tag, tags, label, labels, log, logs, rule, rules, alarm, alarms, replica, replicas, parameter, parameters, listener, listeners, target, targets, record, records, table, tables, schema, schemas, user, users, password, key, keys, role, roles, policy, policies, group, groups, interface, interfaces, address, addresses, ip, ips, eip, dns, name, names, id, ids, arn, arns, description, setting, settings, option, options, configuration, config, metrics, monitoring, event, events, subscription, subscriptions, trigger, triggers, alias, aliases, version, versions, message, messages, object, objects, file, files, data, content, contents, rows, process, processes, service, services, container, containers, task, tasks, job, jobs, query, queries, connection, connections, session, sessions, traffic, deployment, deployments, cluster, clusters, node, nodes, image, images, ami, amis, key pair, port, ports, route, routes, attachment, attachments, stack, replication, maintenance, encryption, protection, retention, window',
);

/** Whether, not that: "if it is idle". */
export const CONDITIONS = phrases(
  'if, when, whenever, once, until, till, unless, while, whilst, after, before, then, in case, as soon as, provided, assuming, first, afterwards, otherwise, else, depending, whether',
);
/** Another time than now. */
export const TIMES = phrases(
  "later, soon, tonight, today, tomorrow, yesterday, monday, tuesday, wednesday, thursday, friday, saturday, sunday, mondays, tuesdays, wednesdays, thursdays, fridays, saturdays, sundays, am, pm, noon, midnight, morning, afternoon, evening, night, nights, weekend, weekends, hour, hours, minute, minutes, min, mins, second, seconds, day, days, week, weeks, month, months, year, years, daily, weekly, nightly, hourly, monthly, remind, schedule, scheduled, cron, next, eod, utc, gmt, cet, every, o'clock, date, time, temporarily, overnight, weekdays, workdays, holiday, holidays",
);
export const CLOCK = /^\d{1,2}([:.h]\d{2})?(am|pm|h|uhr)?$|^\d{4}-\d\d-\d\d/;
/** Options of a call. */
export const PARAMETERS = phrases(
  'with, without, force, forced, forcefully, forcibly, forcing, failover, skip, skipping, final, immediately, gracefully, graceful, hard, soft, as, using, via, option, options, flag, cascade, recursive, recursively, dry, dry-run, permanently, fully, completely, partially, size, to',
);
export const PARTIAL = phrases(
  'half, one of, part of, some of, most of, any of, a few, some, several, few, part, one, either',
);
