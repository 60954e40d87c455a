import { type Wording, wordings } from './concept.ts';

/** Every commercial, China and GovCloud region with the names people use for it. */
const REGIONS: [code: string, names: string][] = [
  ['us-east-1', 'virginia, n virginia, northern virginia, north virginia, ashburn, iad, use1, nova'],
  ['us-east-2', 'ohio, columbus, cmh, use2'],
  [
    'us-west-1',
    'california, n california, northern california, north california, san francisco, sfo, usw1, bay area, silicon valley',
  ],
  ['us-west-2', 'oregon, portland, pdx, usw2, boardman'],
  ['ca-central-1', 'canada central, montreal, yul, cac1, quebec'],
  ['ca-west-1', 'calgary, canada west, yyc, caw1, alberta'],
  ['mx-central-1', 'mexico, queretaro, mxc1'],
  ['sa-east-1', 'sao paulo, brazil, brasil, gru, sae1'],
  ['eu-west-1', 'ireland, dublin, dub, euw1, irish'],
  ['eu-west-2', 'london, england, united kingdom, uk, britain, great britain, lhr, euw2'],
  ['eu-west-3', 'paris, france, cdg, euw3, french'],
  ['eu-central-1', 'frankfurt, germany, german, deutschland, fra, euc1'],
  ['eu-central-2', 'zurich, switzerland, swiss, zrh, euc2'],
  ['eu-north-1', 'stockholm, sweden, swedish, arn1, eun1'],
  ['eu-south-1', 'milan, italy, italian, milano, mxp, eus1'],
  ['eu-south-2', 'spain, aragon, zaragoza, spanish, eus2'],
  ['af-south-1', 'cape town, capetown, south africa, cpt, afs1'],
  ['me-south-1', 'bahrain, mes1'],
  ['me-central-1', 'uae, dubai, united arab emirates, emirates, mec1'],
  ['il-central-1', 'tel aviv, israel, ilc1'],
  ['ap-east-1', 'hong kong, hongkong, hkg, ape1'],
  ['ap-east-2', 'taipei, taiwan, ape2'],
  ['ap-south-1', 'mumbai, bombay, bom, aps1'],
  ['ap-south-2', 'hyderabad, hyd, aps2'],
  ['ap-southeast-1', 'singapore, sin, apse1'],
  ['ap-southeast-2', 'sydney, syd, apse2'],
  ['ap-southeast-3', 'jakarta, indonesia, apse3'],
  ['ap-southeast-4', 'melbourne, apse4'],
  ['ap-southeast-5', 'malaysia, kuala lumpur, apse5'],
  ['ap-southeast-6', 'new zealand, auckland, apse6'],
  ['ap-southeast-7', 'thailand, bangkok, apse7'],
  ['ap-northeast-1', 'tokyo, nrt, apne1'],
  ['ap-northeast-2', 'seoul, korea, south korea, korean, icn, apne2'],
  ['ap-northeast-3', 'osaka, kix, apne3'],
  ['cn-north-1', 'beijing, bjs, cnn1'],
  ['cn-northwest-1', 'ningxia, zhy, cnnw1'],
  ['us-gov-west-1', 'gov west, govcloud west, ugw1'],
  ['us-gov-east-1', 'gov east, govcloud east, uge1'],
];

/** Groups of regions by the start of their codes, or by listing them. */
const GROUPS: [label: string, codes: RegExp, names: string][] = [
  ['US', /^us-(east|west)/, 'us, usa, united states, america, american, north america, states, stateside'],
  ['US East', /^us-east/, 'us east, east coast, eastern us, us east coast'],
  ['US West', /^us-west/, 'us west, west coast, western us, us west coast, pacific'],
  ['Canada', /^ca-/, 'canada, canadian'],
  ['South America', /^sa-|^mx-/, 'south america, latin america, latam'],
  ['Europe', /^eu-/, 'eu, europe, european, emea, european union'],
  ['EU West', /^eu-west/, 'eu west, western europe, europe west, west europe'],
  ['EU Central', /^eu-central/, 'eu central, central europe, europe central'],
  ['EU North', /^eu-north/, 'eu north, northern europe, nordic, nordics, scandinavia, europe north'],
  ['EU South', /^eu-south/, 'eu south, southern europe, europe south'],
  ['Asia Pacific', /^ap-/, 'asia, asia pacific, apac, asian, ap, far east'],
  ['AP Southeast', /^ap-southeast/, 'ap southeast, southeast asia, south east asia, asia southeast'],
  ['AP Northeast', /^ap-northeast/, 'ap northeast, northeast asia, north east asia, asia northeast'],
  ['India', /^ap-south-/, 'india, indian, ap south, south asia'],
  ['Japan', /^ap-northeast-[13]$/, 'japan, japanese, jp'],
  ['Australia', /^ap-southeast-[24]$/, 'australia, australian, aussie, down under, oceania, anz'],
  ['Middle East', /^me-|^il-/, 'middle east, gulf'],
  ['Africa', /^af-/, 'africa, african'],
  ['China', /^cn-/, 'china, chinese'],
  ['GovCloud', /^us-gov/, 'govcloud, gov cloud, us gov'],
];

/** A region or group as a query names it. */
export interface RegionConcept {
  id: string;
  label: string;
  includes: (region: string) => boolean;
}

export const regionConcepts: RegionConcept[] = [
  ...REGIONS.map(([code]) => ({
    id: `region:${code}`,
    label: code,
    includes: (region: string) => region === code,
  })),
  ...GROUPS.map(([label, codes]) => ({
    id: `regions:${label}`,
    label,
    includes: (region: string) => codes.test(region),
  })),
];

export const regionWordings: Wording[] = [
  ...REGIONS.flatMap(([code, names]) => wordings(`region:${code}`, `${code}, ${names}`)),
  ...GROUPS.flatMap(([label, , names]) => wordings(`regions:${label}`, names)),
];
