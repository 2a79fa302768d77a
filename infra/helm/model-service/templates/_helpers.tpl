{{- define "model-service.name" -}}
{{ .Values.service }}-{{ .Values.slot }}
{{- end }}

{{/* Fixed for the life of a slot: a Deployment's selector cannot be changed. Plimsoll's Services select by the same two. */}}
{{- define "model-service.selector" -}}
plimsoll.dev/service: {{ .Values.service }}
plimsoll.dev/slot: {{ .Values.slot }}
{{- end }}

{{/* Quoted: a version like 2026.11 would become a number. */}}
{{- define "model-service.labels" -}}
app.kubernetes.io/name: {{ .Values.service }}
app.kubernetes.io/instance: {{ include "model-service.name" . }}
app.kubernetes.io/version: {{ .Values.version | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "model-service.selector" . }}
plimsoll.dev/release: {{ .Values.release | quote }}
plimsoll.dev/version: {{ .Values.version | quote }}
plimsoll.dev/team: {{ .Values.team | quote }}
plimsoll.dev/environment: {{ .Values.environment | quote }}
{{- end }}

{{/* Where the model server finds its model: the artifact's own file name, since libraries choose a loader by it. */}}
{{- define "model-service.modelPath" -}}
/model/{{ .Values.artifact.uri | base }}
{{- end }}

{{/* Every container: no root, no way to become root, nothing to write but its volumes. */}}
{{- define "model-service.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The local stack's way to make a pod start slowly, never, or over and over; empty for a normal one. */}}
{{- define "model-service.labMode" -}}
{{- $mode := .Values.lab.mode | default "normal" -}}
{{- if and (eq $mode "normal") (gt (.Values.lab.coldStartSeconds | default 0 | float64) 0.0) -}}slow
{{- else if ne $mode "normal" -}}{{ $mode }}
{{- end -}}
{{- end }}

{{/* Only what was set: an untouched `lab` leaves no trace in production. */}}
{{- define "model-service.labAnnotations" -}}
{{- with .Values.lab.latency }}
{{- if hasKey . "medianMs" }}
lab.plimsoll.dev/median-ms: {{ .medianMs | quote }}
{{- end }}
{{- if hasKey . "sigma" }}
lab.plimsoll.dev/sigma: {{ .sigma | quote }}
{{- end }}
{{- if hasKey . "tailShare" }}
lab.plimsoll.dev/tail-share: {{ .tailShare | quote }}
{{- end }}
{{- if hasKey . "tailMs" }}
lab.plimsoll.dev/tail-ms: {{ .tailMs | quote }}
{{- end }}
{{- end }}
{{- if hasKey .Values.lab "errorPercent" }}
lab.plimsoll.dev/error-percent: {{ .Values.lab.errorPercent | quote }}
{{- end }}
{{- if hasKey .Values.lab "coldStartSeconds" }}
lab.plimsoll.dev/ready-after: {{ printf "%vs" .Values.lab.coldStartSeconds | quote }}
{{- end }}
{{- end }}
