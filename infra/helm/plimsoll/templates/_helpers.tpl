{{/* Selectors of a Deployment cannot be changed: nothing in them may change with a version. */}}
{{- define "plimsoll.selector" -}}
app.kubernetes.io/name: plimsoll
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "plimsoll.labels" -}}
{{ include "plimsoll.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "plimsoll.metadata" -}}
name: {{ .root.Release.Name }}-{{ .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "plimsoll.labels" . | nindent 2 }}
{{- end }}

{{/* Every container: no root, no way to become root, nothing to write but its volumes. */}}
{{- define "plimsoll.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "plimsoll.podSecurity" -}}
runAsNonRoot: true
# Above 10000: no account of the node has this number. The images' own.
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The policies, beside whoever asks them: nobody else's answer can be taken for theirs. As an init container that goes on, it outlives its pod's work. */}}
{{- define "plimsoll.opa" -}}
- name: opa
  image: {{ .Values.images.opa }}
  imagePullPolicy: Always
  restartPolicy: Always
  args:
    - run
    - --server
    - --skip-version-check
    - --addr=127.0.0.1:8181
    # The kubelet asks from outside, and gets health and metrics alone.
    - --diagnostic-addr=0.0.0.0:8282
    - --log-level=error
    - --bundle
    - /etc/plimsoll/policies/bundle.tar.gz
  ports:
    - name: opa-metrics
      containerPort: 8282
  startupProbe:
    httpGet: { path: "/health?bundles=true", port: opa-metrics }
    periodSeconds: 1
    failureThreshold: 60
  readinessProbe:
    httpGet: { path: "/health?bundles=true", port: opa-metrics }
    periodSeconds: 5
    timeoutSeconds: 2
  livenessProbe:
    httpGet: { path: /health, port: opa-metrics }
    periodSeconds: 10
    timeoutSeconds: 5
  resources:
    {{- toYaml .Values.opa.resources | nindent 4 }}
  securityContext:
    {{- include "plimsoll.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - { name: policies, mountPath: /etc/plimsoll/policies, readOnly: true }
{{- end }}

{{/* What API and workers read alike. */}}
{{- define "plimsoll.commonEnv" -}}
- name: PLIMSOLL_TEMPORAL_ADDRESS
  value: {{ .Values.temporal.address | quote }}
- name: PLIMSOLL_TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
- name: PLIMSOLL_TEMPORAL_TLS
  value: {{ or .Values.temporal.tls .Values.temporal.authority (ne .Values.temporal.identity "none") | quote }}
{{- with .Values.temporal.serverName }}
- name: PLIMSOLL_TEMPORAL_SERVER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if .Values.temporal.authority }}
- name: PLIMSOLL_TEMPORAL_CA_FILE
  value: /etc/plimsoll/temporal/ca.crt
{{- end }}
{{- if eq .Values.temporal.identity "certificate" }}
- name: PLIMSOLL_TEMPORAL_CERT_FILE
  value: /etc/plimsoll/temporal/tls.crt
- name: PLIMSOLL_TEMPORAL_KEY_FILE
  value: /etc/plimsoll/temporal/tls.key
{{- else if eq .Values.temporal.identity "apiKey" }}
- name: PLIMSOLL_TEMPORAL_API_KEY_FILE
  value: /etc/plimsoll/temporal/api-key
{{- end }}
- name: PLIMSOLL_OPA_URL
  value: http://127.0.0.1:8181
- name: PLIMSOLL_POLICY_REVISIONS
  value: /etc/plimsoll/policies/revisions
- name: PLIMSOLL_CATALOG
  value: /etc/plimsoll/catalog
- name: PLIMSOLL_API_URL
  value: {{ .Values.api.url | quote }}
- name: PLIMSOLL_STORE_BUCKET
  value: {{ .Values.store.bucket | quote }}
- name: PLIMSOLL_LEDGER_BUCKET
  value: {{ .Values.ledger.bucket | quote }}
- name: PLIMSOLL_LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: AWS_REGION
  value: {{ .Values.aws.region | quote }}
{{- end }}

{{- define "plimsoll.needsTemporalSecret" -}}
{{- if or .Values.temporal.authority (ne .Values.temporal.identity "none") }}yes{{ end }}
{{- end }}

{{/* A folder each, so that a changed ConfigMap shows in a running pod. One file alone (people) is read when the pod starts. */}}
{{- define "plimsoll.commonMounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: policies, mountPath: /etc/plimsoll/policies, readOnly: true }
{{- range $kind := list "environments" "services" "machines" "waivers" }}
{{- if index $.Values.catalog $kind }}
- { name: {{ $kind }}, mountPath: /etc/plimsoll/catalog/{{ $kind }}, readOnly: true }
{{- end }}
{{- end }}
{{- if .Values.catalog.people }}
- { name: people, mountPath: /etc/plimsoll/catalog/people.yaml, subPath: people.yaml, readOnly: true }
{{- end }}
{{- if include "plimsoll.needsTemporalSecret" . }}
- { name: temporal, mountPath: /etc/plimsoll/temporal, readOnly: true }
{{- end }}
{{- end }}

{{- define "plimsoll.commonVolumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
- name: policies
  configMap: { name: {{ .Values.policies }} }
{{- range $kind := list "environments" "services" "machines" "waivers" "people" }}
{{- with index $.Values.catalog $kind }}
- name: {{ $kind }}
  configMap: { name: {{ . }} }
{{- end }}
{{- end }}
{{- if include "plimsoll.needsTemporalSecret" . }}
- name: temporal
  secret: { secretName: {{ .Values.temporal.secret }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{/* One zone's loss must not take all of a component; a full cluster may still put pods together. */}}
{{- define "plimsoll.spread" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "plimsoll.selector" . | nindent 6 }}
{{- end }}

{{/* Peers and ports of one rule; without peers there is no rule. Kubernetes takes a rule without peers for everybody. */}}
{{- define "plimsoll.rule" -}}
{{- if .peers }}
- {{ .direction }}:
    {{- toYaml .peers | nindent 4 }}
  ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}
{{- end }}

{{/* host:port → port */}}
{{- define "plimsoll.temporalPort" -}}
{{ .Values.temporal.address | splitList ":" | last }}
{{- end }}

{{/* What everybody reaches, and what `reaches` names besides. */}}
{{- define "plimsoll.egress" -}}
{{- $peers := .root.Values.networkPolicy }}
{{- with $peers.dns }}
- to:
    {{- toYaml . | nindent 4 }}
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end }}
{{- include "plimsoll.rule" (dict "direction" "to" "peers" $peers.temporal "ports" (list (include "plimsoll.temporalPort" .root))) }}
{{- if has "https" .reaches }}
{{- include "plimsoll.rule" (dict "direction" "to" "peers" $peers.https "ports" (list 443)) }}
{{- if $peers.podIdentity }}
# The agent of EKS Pod Identity.
- to:
    - ipBlock: { cidr: 169.254.170.23/32 }
  ports:
    - { protocol: TCP, port: 80 }
{{- end }}
{{- end }}
{{- if has "kubernetes" .reaches }}
{{- include "plimsoll.rule" (dict "direction" "to" "peers" $peers.kubernetes "ports" $peers.kubernetesPorts) }}
{{- end }}
{{- if has "prometheus" .reaches }}
{{- include "plimsoll.rule" (dict "direction" "to" "peers" $peers.prometheus "ports" (list $peers.prometheusPort)) }}
{{- end }}
{{- if has "ssh" .reaches }}
{{- include "plimsoll.rule" (dict "direction" "to" "peers" $peers.ssh "ports" (list 22)) }}
{{- end }}
{{- end }}

{{/* As worker/config.ts reads it: a file for each host. */}}
{{- define "plimsoll.gitCredentials" -}}
{{- $all := list }}
{{- range . }}
{{- $all = append $all (dict "host" . "tokenFile" (printf "/etc/plimsoll/git/%s" .)) }}
{{- end }}
{{- $all | toJson }}
{{- end }}
