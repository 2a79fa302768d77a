"""Athena: deleting named queries and prepared statements, which moto refuses as not implemented."""

from moto.athena.responses import AthenaResponse


def extend():
    AthenaResponse.delete_named_query = _delete_named_query
    AthenaResponse.delete_prepared_statement = _delete_prepared_statement


def _delete_named_query(self):
    self.athena_backend.named_queries.pop(self._get_param("NamedQueryId"), None)
    return "{}"


def _delete_prepared_statement(self):
    self.athena_backend.prepared_statements.pop(self._get_param("StatementName"), None)
    return "{}"
