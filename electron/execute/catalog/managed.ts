import type { Resource } from '../../../preload/contract/models.ts';
import { cleanText } from '../../aws/text.ts';
import type { Affected } from './spec.ts';

interface Manager {
  /** Of the whole tag name; what it captures names the manager where the value does not. */
  tag: RegExp;
  kind: string;
  text: string;
  /** The value names something else. */
  bare?: true;
}

const REPLACES = 'manages this instance and may replace it';
const DRIFT = 'manages this resource; a change made here is drift';
const UNDOES = 'manages this resource and may undo or repeat a change made here';

/** Tags that AWS's services and common tools put on what they make. The first of one kind counts. */
const MANAGERS: Manager[] = [
  { tag: /^aws:autoscaling:groupName$/, kind: 'Auto Scaling group', text: REPLACES },
  { tag: /^aws:ec2:fleet-id$/, kind: 'EC2 Fleet', text: REPLACES },
  { tag: /^aws:ec2spot:fleet-request-id$/, kind: 'Spot Fleet', text: REPLACES },
  { tag: /^aws:cloudformation:stack-name$/, kind: 'CloudFormation stack', text: DRIFT },
  { tag: /^elasticbeanstalk:environment-name$/, kind: 'Elastic Beanstalk environment', text: REPLACES },
  { tag: /^elasticbeanstalk:.+$/, kind: 'Elastic Beanstalk environment', text: REPLACES, bare: true },
  { tag: /^eks:cluster-name$/, kind: 'EKS cluster', text: 'runs on this instance' },
  { tag: /^aws:eks:cluster-name$/, kind: 'EKS cluster', text: 'runs on this instance' },
  { tag: /^eks:nodegroup-name$/, kind: 'EKS node group', text: REPLACES },
  { tag: /^eks:.+$/, kind: 'EKS cluster', text: 'runs on this instance', bare: true },
  { tag: /^kubernetes\.io\/cluster\/(.+)$/, kind: 'Kubernetes cluster', text: 'runs on this instance' },
  { tag: /^KubernetesCluster$/, kind: 'Kubernetes cluster', text: 'runs on this instance' },
  { tag: /^karpenter\.sh\/(?:nodepool|provisioner-name)$/, kind: 'Karpenter node pool', text: REPLACES },
  { tag: /^karpenter\.(?:sh|k8s\.aws)\/.+$/, kind: 'Karpenter node pool', text: REPLACES, bare: true },
  { tag: /^k8s\.io\/.+$/, kind: 'Kubernetes cluster', text: UNDOES, bare: true },
  { tag: /^AmazonECSManaged$/, kind: 'ECS capacity provider', text: REPLACES },
  { tag: /^aws:ecs:clusterName$/, kind: 'ECS cluster', text: 'runs on this instance' },
  { tag: /^aws:elasticmapreduce:job-flow-id$/, kind: 'EMR cluster', text: REPLACES },
  { tag: /^aws:elasticmapreduce:.+$/, kind: 'EMR cluster', text: REPLACES, bare: true },
  { tag: /^AWSBatchServiceTag$/, kind: 'AWS Batch', text: REPLACES },
  { tag: /^aws:batch:compute-environment$/, kind: 'AWS Batch', text: REPLACES },
  { tag: /^opsworks:.+$/, kind: 'OpsWorks', text: REPLACES },
  { tag: /^aws:servicecatalog:.+$/, kind: 'Service Catalog', text: UNDOES, bare: true },
  { tag: /^aws:dlm:.+$/, kind: 'Data Lifecycle Manager', text: UNDOES, bare: true },
  { tag: /^aws:backup:.+$/, kind: 'AWS Backup', text: UNDOES, bare: true },
  { tag: /^aws:sagemaker:.+$/, kind: 'SageMaker', text: UNDOES, bare: true },
  {
    tag: /^aws-?parallelcluster.*$|^parallelcluster:cluster-name$/i,
    kind: 'ParallelCluster',
    text: REPLACES,
  },
  { tag: /^terraform(?:[-_:/].*)?$|^tf[-_:]?(?:workspace|module|stack).*$/i, kind: 'Terraform', text: DRIFT },
  { tag: /^pulumi(?:[-_:/].*)?$/i, kind: 'Pulumi', text: DRIFT },
  { tag: /^crossplane-.+$/i, kind: 'Crossplane', text: UNDOES },
  { tag: /^(?:managed|created|provisioned)[-_ :]?(?:by|with)$/i, kind: 'Managed by', text: DRIFT },
];

/** Nobody manages a thing by saying so. */
const NOBODY = /^(?:manual|manually|none|no|false|hand|nobody|n\/a|-|console)$/i;

/** Who else manages the resource, as its tags say: what they manage may come back or be replaced. */
export function managers(resource: Resource): Affected[] {
  const found = new Map<string, Affected>();
  const left = new Map(Object.entries(resource.tags).filter(([, value]) => !NOBODY.test(value.trim())));
  for (const { tag, kind, text, bare } of MANAGERS) {
    for (const [name, value] of left) {
      const match = tag.exec(name);
      if (!match) continue;
      left.delete(name);
      const called = bare ? '' : cleanText(match[1] ?? value, 120);
      const named = !/^(?:true|yes|1|owned|shared|)$/i.test(called);
      if (!found.has(kind))
        found.set(kind, { resourceId: null, name: named ? `${kind} ${called}` : kind, text });
    }
  }
  return [...found.values()];
}
