# Who Plimsoll's worker is to AWS: what it does under its own name, and no more. What a release changes it changes as the
# environment's roles (../release-identity), which this one may become. Records are written and read, never deleted or
# written over; a test compares the list with what the worker's code calls.

data "aws_partition" "current" {}

locals {
  s3 = "arn:${data.aws_partition.current.partition}:s3:::"

  buckets = concat([var.store.bucket, var.ledger.bucket, var.checkpoint_bucket], sort(var.model_buckets))

  statements = concat(
    [
      {
        Sid      = "BecomeTheRolesOfReleases"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Resource = sort(var.release_role_arns)
      },
      {
        # Without it S3 answers "forbidden" where nothing is, and what is not there yet could not be told from that.
        Sid      = "FindWhatIsThere"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = distinct([for name in local.buckets : "${local.s3}${name}"])
      },
      {
        Sid      = "KeepAndReadWhatReleasesNeed"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${local.s3}${var.store.bucket}/*"]
      },
      {
        # Who works on a state just now; gone when it is done.
        Sid      = "EndLeases"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = ["${local.s3}${var.store.bucket}/leases/*"]
      },
      {
        Sid      = "WriteAndReadRecords"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = distinct([for name in [var.ledger.bucket, var.checkpoint_bucket] : "${local.s3}${name}/*"])
      },
      {
        # `plimsoll doctor` says whether they lock.
        Sid      = "SeeTheLocks"
        Effect   = "Allow"
        Action   = ["s3:GetBucketObjectLockConfiguration"]
        Resource = distinct([for name in [var.ledger.bucket, var.checkpoint_bucket] : "${local.s3}${name}"])
      },
      {
        Sid      = "ReadModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for name in sort(var.model_buckets) : "${local.s3}${name}/*"]
      },
      {
        Sid      = "SignRecords"
        Effect   = "Allow"
        Action   = ["kms:GetPublicKey", "kms:Sign"]
        Resource = [var.ledger.signing_key_arn]
      },
      {
        # What stands in plans in place of secrets.
        Sid      = "HideValues"
        Effect   = "Allow"
        Action   = ["kms:GenerateMac"]
        Resource = [var.change_key_arn]
      },
      {
        Sid      = "UseTheKeysOfBucketsAndQueue"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = sort(var.data_key_arns)
      },
    ],
    [for trail in var.audit_trail[*] : {
      Sid      = "FindWhatTheTrailDelivers"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["${local.s3}${trail.bucket}"]
      # The ledger may lie in the same bucket; whatever else does is nobody's business.
      Condition = { StringLike = { "s3:prefix" = ["${trail.prefix}AWSLogs/*"] } }
    }],
    [for trail in var.audit_trail[*] : {
      Sid      = "ReadWhatTheTrailDelivers"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.s3}${trail.bucket}/${trail.prefix}AWSLogs/*"]
    }],
    [for copy in var.audit_export[*] : {
      # Made again each hour; whoever doubts it makes all of it again.
      Sid      = "WriteTheCopyOfTheLedger"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["${local.s3}${copy.bucket}/${copy.prefix}dt=*"]
    }],
    [for queue in compact([var.findings_queue_arn]) : {
      Sid      = "HearOfFindings"
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = [queue]
    }],
    [for queue in compact([var.dead_findings_queue_arn]) : {
      # Listed, and told where one is a finding after all; what only was looked at can be seen again at once.
      Sid      = "LookAtDeadFindings"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
      Resource = [queue]
    }],
    [for queue in compact([var.findings_queue_arn]) : {
      # What the queue did not bring is asked for, where the queue is. IAM knows no detector to these three.
      Sid       = "AskForFindings"
      Effect    = "Allow"
      Action    = ["guardduty:GetFindings", "guardduty:ListDetectors", "guardduty:ListFindings"]
      Resource  = ["*"]
      Condition = { StringEquals = { "aws:RequestedRegion" = split(":", queue)[3] } }
    }],
    [for arns in [sort(var.notice_secret_arns)] : {
      Sid      = "TellPeople"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [sort(var.notice_topic_arns)] : {
      Sid      = "TellTopics"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = arns
    } if length(arns) > 0],
  )
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Plimsoll's worker"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheWorkersPods"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      # EKS tags the sessions it hands out, and fails without leave to.
      Action = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/kubernetes-namespace"       = var.pods.namespace
          "aws:RequestTag/kubernetes-service-account" = var.pods.service_account
          "aws:RequestTag/eks-cluster-arn"            = var.pods.cluster_arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "worker"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
