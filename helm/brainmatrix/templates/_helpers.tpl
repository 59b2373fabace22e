{{- define "brainmatrix.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: brainmatrix
{{- end }}
{{- define "brainmatrix.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}
{{- /* Where the agents run: beside the operator, but for those that may read a Tegra's debugfs. */ -}}
{{- define "brainmatrix.agentNamespace" -}}
{{- ternary .Values.agent.debugfs.namespace .Release.Namespace .Values.agent.debugfs.enabled }}
{{- end }}
{{- define "brainmatrix.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
{{- /* An image by its digest, or else by the tag of all: (list . "operator" .Values.image.digests.operator) */ -}}
{{- define "brainmatrix.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $image.registry }}/{{ index . 1 }}{{ with index . 2 }}@{{ . }}{{ else }}:{{ $image.tag }}{{ end }}
{{- end }}
{{- define "brainmatrix.pod" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClass.name | default (ternary (printf "%s-system" .Release.Name) "" .Values.priorityClass.create) }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
