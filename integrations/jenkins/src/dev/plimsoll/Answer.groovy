package dev.plimsoll

import groovy.json.JsonSlurperClassic

/** What the command prints with `--json`, as far as the steps look at it. */
class Answer implements Serializable {
  private static final long serialVersionUID = 1L

  final String id
  final String status
  final String outcome
  final String reason

  private Answer(String id, String status, String outcome, String reason) {
    this.id = id
    this.status = status
    this.outcome = outcome
    this.reason = reason
  }

  /** Of `release` and `rollback`: which one it is, and how it ended where that was long before. */
  static Answer ofStart(String json) {
    Map started = (Map) new JsonSlurperClassic().parseText(json)
    if (!started.id) throw new IllegalStateException('plimsoll answered without an id')
    return new Answer((String) started.id, 'running', (String) started.outcome, null)
  }

  /** Of `show`: where it stands. */
  static Answer of(String json) {
    Map release = (Map) new JsonSlurperClassic().parseText(json)
    Map outcome = (Map) release.outcome
    return new Answer((String) release.releaseId, (String) release.status, (String) outcome?.kind, (String) outcome?.reason)
  }

  boolean isOver() { return outcome != null || status != 'running' }

  String text() {
    if (outcome == null) return id + ' ended without an outcome (' + status + '): a person is needed'
    return id + ' ' + outcome + (reason == null ? '' : ': ' + reason)
  }
}
