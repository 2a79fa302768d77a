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
      output_location = "s3://${module.results.name}/answers/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

# Answers are no evidence and may be asked for again, nor is the copy of the ledger that most of them are asked of; every
# version stays all the same, they are small.
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
  events_location = "s3://${module.results.name}/events/"

  # Columns are data, so that the tests ask the very tables that Athena has: names as they are in the files.
  schemas = jsondecode(file("${path.module}/tables.json"))
  parquet = "org.apache.hadoop.hive.ql.io.parquet"
  days = {
    "projection.dt.type"          = "date"
    "projection.dt.interval"      = "1"
    "projection.dt.interval.unit" = "DAYS"
  }

  tables = merge({
    # What `plimsoll export` writes: a view of the ledger, by the hour.
    ledger_events = {
      location = local.events_location
      template = "${local.events_location}dt=$${dt}/hour=$${hour}/"
      input    = "${local.parquet}.MapredParquetInputFormat"
      output   = "${local.parquet}.MapredParquetOutputFormat"
      serde    = "${local.parquet}.serde.ParquetHiveSerDe"
      projection = merge(local.days, {
        "projection.dt.format"   = "yyyy-MM-dd"
        "projection.dt.range"    = "2026-01-01,NOW"
        "projection.hour.type"   = "integer"
        "projection.hour.range"  = "0,23"
        "projection.hour.digits" = "2"
      })
    }

    # The records themselves.
    ledger = {
      location = "s3://${local.bucket}/${var.ledger_prefix}"
      template = "s3://${local.bucket}/${var.ledger_prefix}$${release}/"
      input    = "org.apache.hadoop.mapred.TextInputFormat"
      serde    = "org.openx.data.jsonserde.JsonSerDe"
      # Injected: every question names a release, and nobody reads all of them by accident.
      projection = { "projection.release.type" = "injected" }
    }

    cloudtrail = {
      location = "s3://${local.bucket}/cloudtrail/AWSLogs/"
      template = "s3://${local.bucket}/cloudtrail/AWSLogs/$${account}/CloudTrail/$${region}/$${dt}/"
      input    = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
      serde    = "org.apache.hive.hcatalog.data.JsonSerDe"
      projection = merge(local.days, {
        "projection.account.type"   = "enum"
        "projection.account.values" = join(",", local.accounts)
        "projection.region.type"    = "enum"
        "projection.region.values"  = join(",", sort(var.regions))
        "projection.dt.format"      = "yyyy/MM/dd"
        "projection.dt.range"       = "2026/01/01,NOW"
      })
    }

    # Of every bucket that logs there: S3 has no partitions here, so that the limit of the workgroup is what bounds a question.
    access_logs = {
      location   = "s3://${aws_s3_bucket.access_logs.bucket}/"
      template   = null
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      serde      = "org.apache.hadoop.hive.serde2.RegexSerDe"
      projection = {}
    }
    }, var.eks_audit_location == null ? {} : {
    eks_audit = {
      location = var.eks_audit_location
      template = "${var.eks_audit_location}$${dt}/"
      input    = "org.apache.hadoop.mapred.TextInputFormat"
      serde    = "org.openx.data.jsonserde.JsonSerDe"
      projection = merge(local.days, {
        "projection.dt.format" = "yyyy/MM/dd"
        "projection.dt.range"  = "2026/01/01,NOW"
      })
    }
  })

  # A file a question: its comment says what it asks and what it needs, in the order of its question marks.
  questions = {
    for file in fileset("${path.module}/questions", "*.sql") : trimsuffix(file, ".sql") => file("${path.module}/questions/${file}")
    if var.eks_audit_location != null || !strcontains(file("${path.module}/questions/${file}"), "eks_audit")
  }
}

resource "aws_glue_catalog_table" "this" {
  for_each      = local.tables
  name          = each.key
  database_name = aws_glue_catalog_database.audit.name
  table_type    = "EXTERNAL_TABLE"
  parameters = merge({ "EXTERNAL" = "TRUE" }, each.value.template == null ? {} : {
    "projection.enabled"        = "true"
    "storage.location.template" = each.value.template
  }, each.value.projection)

  dynamic "partition_keys" {
    for_each = local.schemas[each.key].partitions
    content {
      name = partition_keys.value
      type = "string"
    }
  }

  storage_descriptor {
    location      = each.value.location
    input_format  = each.value.input
    output_format = try(each.value.output, "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")

    ser_de_info {
      serialization_library = each.value.serde
      parameters            = try({ "input.regex" = local.schemas[each.key].regex }, {})
    }

    # Athena knows lower case alone, and finds the names of a JSON file in any.
    dynamic "columns" {
      for_each = local.schemas[each.key].columns
      content {
        name = lower(columns.value[0])
        type = lower(columns.value[1])
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each    = local.questions
  name        = each.key
  description = join(" ", [for line in split("\n", each.value) : trimprefix(line, "-- ") if startswith(line, "-- ")])
  workgroup   = aws_athena_workgroup.audit.id
  database    = aws_glue_catalog_database.audit.name
  query       = each.value
}
