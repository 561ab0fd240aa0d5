{{- define "actorcsi.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "actorcsi.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "actorcsi.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "actorcsi.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The labels by which the DaemonSet finds its pods: never to be changed for a release. */}}
{{- define "actorcsi.selector" -}}
app.kubernetes.io/name: {{ include "actorcsi.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: node
{{- end -}}

{{- define "actorcsi.labels" -}}
app.kubernetes.io/name: {{ include "actorcsi.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: actorcsi
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "actorcsi.image" -}}
{{- with .Values.linux.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The directories of plugin sockets, in the order in which they are looked into. */}}
{{- define "actorcsi.providerDirs" -}}
{{- $dirs := .Values.linux.additionalProvidersDirs -}}
{{- with .Values.linux.providersDir }}{{ $dirs = append $dirs . }}{{ end -}}
{{- toJson $dirs -}}
{{- end -}}

{{/* Two drivers of one name on one node would take the registration from each other: in the peer's place this one waits until the other has left the node. */}}
{{- define "actorcsi.affinity" -}}
{{- $affinity := deepCopy .Values.linux.affinity -}}
{{- if eq .Values.driverName "secrets-store.csi.k8s.io" -}}
{{- $required := "requiredDuringSchedulingIgnoredDuringExecution" -}}
{{- $peer := dict "matchExpressions" (list (dict "key" "app" "operator" "In" "values" (list "csi-secrets-store" "secrets-store-csi-driver"))) -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" "namespaceSelector" dict "labelSelector" $peer -}}
{{- $terms := append (dig "podAntiAffinity" $required list $affinity) $term -}}
{{- $affinity = mergeOverwrite $affinity (dict "podAntiAffinity" (dict $required $terms)) -}}
{{- end -}}
{{- toYaml $affinity -}}
{{- end -}}
