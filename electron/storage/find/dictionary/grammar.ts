const list = (text: string) => text.trim().split(/\s+/);

/** Words that ask, point or join, and say nothing about a resource. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  list(`
  a an the this that these those all any some every each everything anything something thing things stuff
  show me my our we us i you your it its they them their he she please pls kindly hey hi hello
  find search list get give display see view look looking lookup locate fetch pull bring tell check let lets
  want need needed like would could should can will may might do does did doing done be is are was were been am being
  what which who whom whose where when why how many much there here
  in on at of for from to by with into onto over under through via per as about around within inside across
  and or but also too plus only just still currently right now today so then than if
  have has had having got get use uses using used belonging belong belongs related regarding concerning
  resource resources aws amazon cloud item items object asset assets entity entities one ones
  name named called call known id ids arn identifier identified tagged tag tags labeled labelled label labels marked
  region regions zone az state status located sitting living lives hosted deployed region's environment environments env account
  account's type kind sort kinds types running-in behind attached-to
  stop start reboot terminate delete remove describe count create snapshot restart kill
  `),
);

/** Words after which something is meant not to hold. */
export const NEGATIONS: ReadonlySet<string> = new Set(
  list(`not without no except excluding excepting exclude excludes minus lacking lack lacks missing misses neither nor never
  isnt arent dont doesnt didnt wasnt werent wont cant cannot hasnt havent aint besides bar ignoring omit omitting non outside`),
);

/** Words that end what a negation reaches. */
export const NEGATION_ENDS: ReadonlySet<string> = new Set(list('but and or that which who with in from'));

/** Between two types: the first is meant, the second only says which. `disks of the web servers`. */
export const OF_WORDS: ReadonlySet<string> = new Set(
  list(
    `of for on in from behind attached used using with belonging to serving inside under by at connected feeding that which within holding`,
  ),
);
/** Between two types: both are meant. */
export const AND_WORDS: ReadonlySet<string> = new Set(list('and or plus also nor'));

/** Two words that negate together. */
export const NEGATING_PAIRS: ReadonlySet<string> = new Set([
  'other than',
  'apart from',
  'aside from',
  'rather than',
  'instead of',
  'all but',
  'anything but',
  'everything but',
]);
