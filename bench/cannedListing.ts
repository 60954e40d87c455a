import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An estate of EC2 instances alone, spread evenly. */
export interface Listing {
  accounts: number;
  regions: number;
  rows: number;
}

export const PAGE = 1_000;
const PER_RESERVATION = 20;
/** Real ones, so that the app knows where they are. */
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-south-1'];
const XMLNS = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';

const accountAt = (n: number) => String(100_000_000_000 + n);
export const keyAt = (n: number) => `AKIABENCH${String(n).padStart(11, '0')}`;
export const regionsOf = ({ regions }: Listing) => REGIONS.slice(0, regions);

/** The same answer to the same call for ever, rendered once: the pages must not cost what is measured. */
function cannedAws(listing: Listing) {
  const pages = new Map<string, Buffer>();
  const perCell = listing.rows / (listing.accounts * listing.regions);
  const instances = (account: number, region: string, from: number) => {
    const place = `${account}-${region}-${from}`;
    const known = pages.get(place);
    if (known) return known;
    const to = Math.min(perCell, from + PAGE);
    const next = to < perCell ? `<nextToken>${to}</nextToken>` : '';
    const page = Buffer.from(
      answer(
        'DescribeInstances',
        `<reservationSet>${reservations(account, region, from, to)}</reservationSet>${next}`,
      ),
    );
    pages.set(place, page);
    return page;
  };
  return (form: URLSearchParams, account: number, region: string): Buffer | string => {
    const action = form.get('Action');
    if (action === 'DescribeInstances') return instances(account, region, Number(form.get('NextToken') ?? 0));
    if (action === 'GetCallerIdentity') return callerIdentity(accountAt(account));
    if (action === 'DescribeRegions')
      return answer(action, `<regionInfo>${regionItems(listing)}</regionInfo>`);
    const set = EMPTY[action ?? ''];
    if (set) return answer(action ?? '', `<${set}/>`);
    throw new Error(`no page is kept for ${action}`);
  };
}

/** What else the app lists under the same service: there is none. */
const EMPTY: Record<string, string> = {
  DescribeVolumes: 'volumeSet',
  DescribeVpcs: 'vpcSet',
  DescribeSubnets: 'subnetSet',
  DescribeSecurityGroups: 'securityGroupInfo',
};

const answer = (action: string, content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response ${XMLNS}><requestId>8f7724cf-496f-496e-8fe3-bench0000000</requestId>${content}</${action}Response>`;

const callerIdentity = (account: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/bench</Arn><UserId>AIDABENCH</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>01234567-89ab-cdef-0123-bench0000000</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const regionItems = (listing: Listing) =>
  regionsOf(listing)
    .map(
      (region) =>
        `<item><regionName>${region}</regionName><regionEndpoint>ec2.${region}.amazonaws.com</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>`,
    )
    .join('');

function reservations(account: number, region: string, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += PER_RESERVATION) {
    let items = '';
    for (let n = at; n < Math.min(to, at + PER_RESERVATION); n += 1)
      items += instanceItem(account, region, n);
    text += `<item><reservationId>r-${at}</reservationId><ownerId>${accountAt(account)}</ownerId><groupSet/><instancesSet>${items}</instancesSet></item>`;
  }
  return text;
}

const APPS = ['billing', 'ledger', 'parcel', 'routing', 'quotes', 'claims', 'roster', 'telemetry'];
const ENVS = ['prod', 'staging', 'dev'];

function instanceItem(account: number, region: string, n: number): string {
  const app = APPS[n % APPS.length];
  const env = ENVS[(n >> 3) % ENVS.length];
  const hex = (salt: number) =>
    ((n * 2_654_435_761 + salt * 40_503 + account) % 2 ** 32).toString(16).padStart(8, '0');
  const tag = (key: string, value: string) => `<item><key>${key}</key><value>${value}</value></item>`;
  const tags =
    tag('Name', `${app}-${env}-${n}`) +
    tag('env', String(env)) +
    tag('app', String(app)) +
    tag('team', `team-${n % 12}`);
  return `<item><instanceId>i-${region.length}${hex(1)}${hex(2)}</instanceId><imageId>ami-0abcdef12</imageId><instanceState><code>16</code><name>running</name></instanceState><privateDnsName>ip-10-0-${n % 250}-4.ec2.internal</privateDnsName><dnsName/><reason/><keyName>ops</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>m7g.large</instanceType><launchTime>2026-01-15T08:00:00.000Z</launchTime><placement><availabilityZone>${region}a</availabilityZone><groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-${n % 6}a</subnetId><vpcId>vpc-${n % 2}a</vpcId><privateIpAddress>10.0.${n % 250}.4</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-${n % 5}a</groupId><groupName>web</groupName></item></groupSet><architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-${hex(3)}</volumeId><status>attached</status><attachTime>2026-01-15T08:00:02.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken/><tagSet>${tags}</tagSet><hypervisor>xen</hypervisor><ebsOptimized>true</ebsOptimized></item>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** In a process of its own: `node cannedListing.ts ACCOUNTS REGIONS ROWS`; prints its address, ends with its input. */
if (import.meta.main) {
  const [accounts = 1, regions = 1, rows = 0] = process.argv.slice(2).map(Number);
  const canned = cannedAws({ accounts, regions, rows });
  const server = createServer(async (request, response) => {
    const signed = /Credential=AKIABENCH(\d+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
    try {
      const page = canned(new URLSearchParams(await bodyOf(request)), Number(signed?.[1]), signed?.[2] ?? '');
      response.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8' }).end(page);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}
