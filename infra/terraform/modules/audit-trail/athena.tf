# Questions to the trail, for people who know SQL and nothing of its layout. Partitions are computed from the query, so
# that nobody runs a crawler and a question about a day reads a day.

resource "aws_athena_workgroup" "audit" {
  name        = "${var.name}-audit"
  description = "Auditors' queries"
  tags        = var.tags

  configuration {
    # What a client asks for does not count: results stay encrypted, and in one place.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.query_limit_gib * 1024 * 1024 * 1024

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${module.results.name}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

# Answers are no evidence and may be asked for again; every version stays all the same, they are small.
module "results" {
  source = "../model-store"

  name              = "${var.name}-audit-results"
  kms_key_arn       = var.kms_key_arn
  access_log_bucket = aws_s3_bucket.access_logs.bucket
  tags              = var.tags

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_glue_catalog_database" "audit" {
  name        = replace("${var.name}_audit", "-", "_")
  description = "CloudTrail and Plimsoll's ledger"
  tags        = var.tags
}

locals {
  session_type = "struct<attributes:struct<mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,sourceidentity:string>"

  tables = {
    cloudtrail = {
      location   = "s3://${local.bucket}/cloudtrail/AWSLogs/"
      template   = "s3://${local.bucket}/cloudtrail/AWSLogs/$${account}/CloudTrail/$${region}/$${dt}/"
      input      = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
      serde      = "org.apache.hive.hcatalog.data.JsonSerDe"
      partitions = ["account", "region", "dt"]
      columns = {
        eventtime         = "string", eventsource = "string", eventname = "string", awsregion = "string"
        sourceipaddress   = "string", useragent = "string", errorcode = "string", errormessage = "string"
        requestparameters = "string", responseelements = "string", readonly = "string", eventid = "string"
        # AWS's own sample of this table forgets sourceidentity, which is the person.
        useridentity = "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,sessioncontext:${local.session_type}>"
        resources    = "array<struct<arn:string,accountid:string,type:string>>"
      }
      projection = {
        "projection.account.type"     = "enum"
        "projection.account.values"   = join(",", local.accounts)
        "projection.region.type"      = "enum"
        "projection.region.values"    = join(",", sort(var.regions))
        "projection.dt.type"          = "date"
        "projection.dt.format"        = "yyyy/MM/dd"
        "projection.dt.range"         = "2026/01/01,NOW"
        "projection.dt.interval"      = "1"
        "projection.dt.interval.unit" = "DAYS"
      }
    }

    ledger = {
      location   = "s3://${local.bucket}/${var.ledger_prefix}"
      template   = "s3://${local.bucket}/${var.ledger_prefix}$${release}/"
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      serde      = "org.openx.data.jsonserde.JsonSerDe"
      partitions = ["release"]
      columns = {
        sequence     = "bigint", hash = "string"
        previoushash = "string"
        event        = "struct<id:string,type:string,source:string,time:string,subject:string,data:string>"
      }
      # Injected: every question names a release, and nobody reads all of them by accident.
      projection = { "projection.release.type" = "injected" }
    }
  }

  queries = {
    calls-of-a-release = {
      description = "Everything AWS did for a release. Parameters: account, first day, last day (yyyy/MM/dd), release."
      query       = <<-SQL
        SELECT eventtime, eventsource, eventname, errorcode, useridentity.sessioncontext.sourceidentity AS person
        FROM cloudtrail
        WHERE account = ? AND dt BETWEEN ? AND ? AND split_part(useridentity.arn, '/', 3) = ?
        ORDER BY eventtime
      SQL
    }
    changes-without-a-release = {
      description = "Writes by nobody's release. Parameters: account, first day, last day, pattern of release ids (regular expression)."
      query       = <<-SQL
        SELECT eventtime, eventsource, eventname, useridentity.arn, useridentity.sessioncontext.sourceidentity AS person
        FROM cloudtrail
        WHERE account = ? AND dt BETWEEN ? AND ? AND readonly = 'false' AND errorcode IS NULL
          AND eventsource IN ('eks.amazonaws.com', 'iam.amazonaws.com', 's3.amazonaws.com', 'ecr.amazonaws.com', 'kms.amazonaws.com')
          AND useridentity.invokedby IS NULL
          AND NOT regexp_like(coalesce(split_part(useridentity.arn, '/', 3), ''), ?)
        ORDER BY eventtime
      SQL
    }
    who-read-a-model = {
      description = "Who read objects below a prefix. Parameters: account, first day, last day, ARN prefix of the objects."
      query       = <<-SQL
        SELECT eventtime, useridentity.arn, useridentity.sessioncontext.sourceidentity AS person, item.arn AS object
        FROM cloudtrail CROSS JOIN UNNEST(resources) AS unnested (item)
        WHERE account = ? AND dt BETWEEN ? AND ? AND eventname = 'GetObject' AND starts_with(item.arn, ?)
        ORDER BY eventtime
      SQL
    }
    break-glass = {
      description = "Who took, or tried to take, a break-glass role. Parameters: account, first day, last day."
      query       = <<-SQL
        SELECT eventtime, useridentity.arn, errorcode, sourceipaddress, requestparameters
        FROM cloudtrail
        WHERE account = ? AND dt BETWEEN ? AND ? AND eventname = 'AssumeRole' AND requestparameters LIKE '%-break-glass"%'
        ORDER BY eventtime
      SQL
    }
    records-of-a-release = {
      description = "The ledger of a release, in order; a step other than 1, or a previous hash that is not the hash before, is tampering. Parameter: release."
      query       = <<-SQL
        SELECT sequence, event.type, event."time", event.data, hash, previoushash,
          lag(hash) OVER (ORDER BY sequence) AS expected_previous, sequence - lag(sequence) OVER (ORDER BY sequence) AS step
        FROM ledger
        WHERE release = ?
        ORDER BY sequence
      SQL
    }
  }
}

resource "aws_glue_catalog_table" "this" {
  for_each      = local.tables
  name          = each.key
  database_name = aws_glue_catalog_database.audit.name
  table_type    = "EXTERNAL_TABLE"
  parameters = merge({
    "EXTERNAL"                  = "TRUE"
    "projection.enabled"        = "true"
    "storage.location.template" = each.value.template
  }, each.value.projection)

  dynamic "partition_keys" {
    for_each = each.value.partitions
    content {
      name = partition_keys.value
      type = "string"
    }
  }

  storage_descriptor {
    location      = each.value.location
    input_format  = each.value.input
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = each.value.serde
    }

    dynamic "columns" {
      for_each = each.value.columns
      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each    = local.queries
  name        = each.key
  description = each.value.description
  workgroup   = aws_athena_workgroup.audit.id
  database    = aws_glue_catalog_database.audit.name
  query       = each.value.query
}
