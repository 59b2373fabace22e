#!/usr/bin/env bash
# Installs Brain Matrix from this directory, without a network: checks every file, brings the images to this node's container runtime,
# then the definitions and the chart to the cluster.
set -euo pipefail
export LC_ALL=C
usage() {
  cat >&2 <<'TEXT'
usage: install.sh [--check | --images-only] [--load COMMAND] [--values FILE] [--namespace NAME]

  --check          only checks the files
  --images-only    only brings the images to this node: for every further node of the cluster
  --load COMMAND   takes an image archive as its last argument; without it k3s or ctr is looked for
  --values FILE    values for the chart
  --namespace NAME where operator and agents live; brainmatrix-system without it

HELM may name another helm.
TEXT
  exit 2
}
fail() { echo "install.sh: $*" >&2; exit 1; }

server=${BRAINMATRIX_K3S_SERVER:-/var/lib/rancher/k3s/server} # another one for its test
what=all load='' values='' namespace=brainmatrix-system
while [ $# -gt 0 ]; do
  case $1 in
    --check) what=check; shift ;;
    --images-only) what=images; shift ;;
    --load) [ $# -gt 1 ] || usage; load=$2; shift 2 ;;
    --values) [ $# -gt 1 ] || usage; values=$(readlink -f -- "$2" || true); [ -f "$values" ] || fail "no file $2 (--values)"; shift 2 ;;
    --namespace) [ $# -gt 1 ] || usage; namespace=$2; shift 2 ;;
    -h | --help) usage ;;
    *) echo "install.sh: unknown option $1" >&2; usage ;;
  esac
done
cd "$(dirname "$(readlink -f "$0")")"

[ -f SHA256SUMS ] && [ -f VERSION ] || fail "SHA256SUMS or VERSION is missing: the archive was not unpacked whole"
unlisted=$(comm -13 <(sed 's/^[0-9a-f]*  //' SHA256SUMS | sort) <(find . -type f ! -name SHA256SUMS | sort))
[ -z "$unlisted" ] || fail "files that are not in SHA256SUMS: ${unlisted//$'\n'/ }"
wrong=$(sha256sum -c SHA256SUMS 2>/dev/null | grep -v ': OK$' || true)
[ -z "$wrong" ] || fail "damaged or missing: $(echo "$wrong" | sed 's/:.*//' | tr '\n' ' ')- unpack the archive anew, or copy it anew"
version=$(sed -n 's/^version=//p' VERSION) arch=$(sed -n 's/^arch=//p' VERSION)
echo "checked: Brain Matrix $version for $arch, $(wc -l <SHA256SUMS) files"
[ $what != check ] || exit 0

case $(uname -m) in x86_64) here=amd64 ;; aarch64) here=arm64 ;; *) here=$(uname -m) ;; esac
[ "$here" = "$arch" ] || fail "these images are for $arch, this machine is $here"
if [ -z "$load" ]; then
  if command -v k3s >/dev/null; then load="k3s ctr images import"
  elif command -v ctr >/dev/null; then load="ctr -n k8s.io images import"
  else fail "neither k3s nor ctr is on this machine; name a command that takes an image archive: --load COMMAND"; fi
fi
kubectl=() helm=${HELM:-}
if [ $what = all ]; then
  # Looked for before anything is changed.
  if command -v kubectl >/dev/null; then kubectl=(kubectl)
  elif command -v k3s >/dev/null; then kubectl=(k3s kubectl)
  else fail "neither kubectl nor k3s is on this machine; on a node that has none use --images-only"; fi
  if [ -z "${KUBECONFIG:-}" ] && [ -r /etc/rancher/k3s/k3s.yaml ]; then export KUBECONFIG=/etc/rancher/k3s/k3s.yaml; fi
  if [ -z "$helm" ] && command -v helm >/dev/null; then helm=helm; fi
  [ -n "$helm" ] || [ -d "$server/manifests" ] ||
    fail "helm is not on this machine, and this is no K3s server, which could install the chart by itself"
  "${kubectl[@]}" get --raw /readyz >/dev/null || fail "the cluster does not answer (KUBECONFIG=${KUBECONFIG:-})"
fi

for archive in images/*.tar; do
  # shellcheck disable=SC2086
  $load "$archive" >/dev/null || fail "could not load $archive: $load"
  echo "loaded $(basename "$archive" .tar)"
done
[ $what = all ] || exit 0

"${kubectl[@]}" apply --server-side --force-conflicts -f crds/
if [ -n "$helm" ]; then
  # shellcheck disable=SC2086
  $helm upgrade --install brainmatrix "brainmatrix-$version.tgz" --namespace "$namespace" --create-namespace --wait --timeout 5m ${values:+--values "$values"}
else
  # K3s's own controller installs what lies there; its API server serves the archive.
  mkdir -p "$server/static/charts"
  cp "brainmatrix-$version.tgz" "$server/static/charts/"
  {
    sed "/valuesContent:/q; s/^  targetNamespace: .*/  targetNamespace: $namespace/" k3s/brainmatrix.yaml
    if [ -n "$values" ]; then sed 's/^/    /' "$values"; else sed '1,/valuesContent:/d' k3s/brainmatrix.yaml; fi
  } >"$server/manifests/brainmatrix.yaml"
  echo "handed to K3s: kubectl -n kube-system get helmchart brainmatrix"
fi
