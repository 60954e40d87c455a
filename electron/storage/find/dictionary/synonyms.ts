import { singular } from '../text.ts';

/**
 * Words for what systems do, as operators name and abbreviate them. A query word also looks, at less weight,
 * for the others of its groups. A phrase is written with `_`.
 */
const GROUPS = `
payment payments pay pmt pmts pymt pymnt payout checkout
billing bill invoice invoicing inv bil charge
order orders ord ordering purchase
customer customers cust client clients crm
user users usr member profile
account accounts acct acc
auth authentication authn authorization authz login signin sign_in identity idp sso iam oauth token
notification notifications notif notify ntf alert alerts alerting
mail email e_mail smtp mailer newsletter ses
message messages msg messaging
sms text_message
event events evt eventbus event_bus
analytics analytic reporting report reports rpt bi insight insights business_intelligence anl
metric metrics monitoring monitor mon observability obs telemetry prometheus grafana
log logs logging audit trail audit_trail access_log
warehouse dwh data_warehouse datawarehouse redshift
data_lake datalake lake lakehouse
cache caching redis memcached session sessions
search elasticsearch opensearch elastic solr lookup
image images img photo photos picture pictures thumbnail thumb thumbnails resize
media asset assets video videos
video videos vid stream streaming transcode transcoding transcoder encoding
inventory inv stock
shipping shipment ship delivery logistics fulfillment fulfilment courier
schedule scheduler scheduled cron sched timer nightly
batch job jobs task tasks
machine_learning ml ai model training inference sagemaker prediction predict
etl ingest ingestion import importer loader pipeline
export exporter exports
api apis endpoint rest graphql
gateway gw gtw proxy
service svc srv
server srv svr
ci cicd ci_cd build builds builder jenkins runner gitlab github
deploy deployment deploys release releases
artifact artifacts artefact artefacts
config configuration conf cfg settings setting parameters
secret secrets vault credentials
document documents doc docs pdf contract file files
upload uploads uploader uploaded
download downloads downloader
archive archives archived archival cold historical history hist
backup backups bkp bak bkup snapshot snapshots dump
static assets cdn website site web_site landing
web frontend front_end fe ui website portal www
backend back_end be server_side
worker wrk wkr consumer processor background async
infrastructure infra
terraform tfstate tf iac state_file
kubernetes k8s eks cluster kube
container docker ecs fargate
legacy old deprecated obsolete
temporary temp tmp scratch
mobile ios android app
application app
catalog catalogue product products cat
cart basket shopping_cart
pricing price prices quote
fraud risk antifraud
hr human_resources people payroll employee employees staff
marketing mktg mkt mktng campaign campaigns
finance fin financial accounting ledger
security sec infosec secops
operations ops
engineering eng
platform plat pltfrm
management mgmt mgt manager admin
administration admin adm
support helpdesk help_desk ticket tickets
chat conversation
recommendation recommendations rec reco recs recommender
review reviews rating ratings
subscription subscriptions sub subs
transaction transactions txn trx tx
integration integrations integ connector
internal int intl
external ext partner partners
webhook webhooks hook hooks callback
queue q
database db
function fn func
lambda fn function
bucket bkt
table tbl
instance inst
volume vol
network net
subnet sn subnet
private priv prv
public pub
primary main master prim writer
replica secondary standby reader read_replica rr
production prod prd live
staging stage stg
development dev devel
testing test qa uat tst
sandbox sbx
disaster_recovery dr
geo geolocation location maps map
tracking tracker track trk
sensor sensors iot device devices telemetry
game games gaming leaderboard score
booking bookings reservation reservations
calendar appointment appointments
loan loans lending credit mortgage
claim claims insurance policy
trading trade trades
wallet balance balances
content cms wordpress blog articles
sync synchronization synchronisation replication
migration migrate migrations
compliance gdpr audit regulatory
feature features flag flags feature_flag
dead_letter dlq deadletter failed_messages
retry retries redrive
bastion jump jumpbox jump_host jumphost jump_box ssh
vpn openvpn wireguard tunnel remote_access
firewall fw
nat nat_gateway
dns route53 resolver
gpu cuda graphics
database_migration dms flyway liquibase
high_availability ha
experiment experiments ab
click clicks clickstream impression
ad ads advert advertising advertisement
lead leads sales sale
vendor vendors supplier suppliers merchant merchants seller sellers
refund refunds chargeback return returns
tax taxes vat
address addresses
coupon coupons promo promotion promotions discount discounts voucher vouchers
loyalty rewards reward points
onboarding signup sign_up registration register
preference preferences prefs
dashboard dashboards console
desktop workstation vdi
license licence licenses
medical health patient patients clinical clinic healthcare ehr
student students course courses learning lms education
vehicle vehicles fleet car cars
energy meter meters grid smart_meter
`;

const synonymMap = new Map<string, Set<string>>();
for (const line of GROUPS.trim().split('\n')) {
  const phrases = line.split(/\s+/).map((phrase) => phrase.split('_').map(singular).join(' '));
  for (const phrase of phrases) {
    const others = synonymMap.get(phrase) ?? new Set();
    for (const other of phrases) if (other !== phrase) others.add(other);
    synonymMap.set(phrase, others);
  }
}

/** Other ways to say a singular word or phrase (words joined by blanks); none when it is not known. */
export function synonymsOf(phrase: string): ReadonlySet<string> {
  return synonymMap.get(phrase) ?? NONE;
}

export const LONGEST_SYNONYM = Math.max(...[...synonymMap.keys()].map((phrase) => phrase.split(' ').length));

const NONE: ReadonlySet<string> = new Set();
