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

{{/* Drivers whose volumes say in their attributes what they want, and name no class: those of cert-manager's names. */}}
{{- define "actorcsi.inline" -}}
{{- if has .Values.driverName (list "csi.cert-manager.io" "spiffe.csi.cert-manager.io") -}}true{{- end -}}
{{- end -}}

{{/* Those that are given, and the API server's where pods request certificates with their own tokens. */}}
{{- define "actorcsi.tokenRequests" -}}
{{- $requests := .Values.tokenRequests -}}
{{- $audiences := list -}}
{{- range $requests }}{{ $audiences = append $audiences .audience }}{{ end -}}
{{- if and .Values.certificates.enabled (eq .Values.certificates.requestedBy "pod") (not (has "" $audiences)) -}}
{{- $requests = append $requests (dict "audience" "") -}}
{{- end -}}
{{- toJson $requests -}}
{{- end -}}

{{/* name=value of each entry, joined by commas; of one with a list, name=value of each of its values. */}}
{{- define "actorcsi.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $values := . -}}
{{- range (kindIs "slice" $values | ternary $values (list $values)) }}{{ $pairs = append $pairs (printf "%s=%s" $name .) }}{{ end -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* The label app of who else has this driver name: by manifest, by chart. */}}
{{- define "actorcsi.rivals" -}}
{{- get (dict
  "secrets-store.csi.k8s.io" "csi-secrets-store secrets-store-csi-driver"
  "csi.cert-manager.io" "cert-manager-csi-driver"
  "spiffe.csi.cert-manager.io" "cert-manager-csi-driver-spiffe") .Values.driverName -}}
{{- end -}}

{{/* Two drivers of one name on one node would take the registration from each other: in another's place this one waits until that has left the node. */}}
{{- define "actorcsi.affinity" -}}
{{- $affinity := deepCopy .Values.linux.affinity -}}
{{- with include "actorcsi.rivals" . -}}
{{- $required := "requiredDuringSchedulingIgnoredDuringExecution" -}}
{{- $rivals := dict "matchExpressions" (list (dict "key" "app" "operator" "In" "values" (splitList " " .))) -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" "namespaceSelector" dict "labelSelector" $rivals -}}
{{- $terms := append (dig "podAntiAffinity" $required list $affinity) $term -}}
{{- $affinity = mergeOverwrite $affinity (dict "podAntiAffinity" (dict $required $terms)) -}}
{{- end -}}
{{- toYaml $affinity -}}
{{- end -}}

{{/* What can only be a mistake is told before it is installed. */}}
{{- define "actorcsi.check" -}}
{{- if and (include "actorcsi.inline" .) (not .Values.certificates.enabled) -}}
{{- fail (printf "driverName is %s, but certificates.enabled is false: expected true, its volumes are certificates and nothing else" .Values.driverName) -}}
{{- end -}}
{{- if and (eq .Values.driverName "spiffe.csi.cert-manager.io") (not .Values.inlineDefaults.issuerName) (not .Values.spiffe.issuerConfigMap) -}}
{{- fail "driverName is spiffe.csi.cert-manager.io, but nothing says which issuer is asked: expected inlineDefaults.issuerName or spiffe.issuerConfigMap, since its volumes name none" -}}
{{- end -}}
{{- end -}}
