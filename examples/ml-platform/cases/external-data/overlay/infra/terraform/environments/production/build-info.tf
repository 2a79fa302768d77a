data "external" "build" {
  program = ["git", "log", "-1", "--format={\"commit\":\"%H\"}"]
}

output "commit" {
  description = "Commit this was planned from."
  value       = data.external.build.result.commit
}
