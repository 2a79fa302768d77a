# Fetches the one version of the model that was scanned, and refuses to let the server start on any other bytes.
set -eu

refuse() {
  echo "refused: $1" >&2
  exit 1
}

case "$ARTIFACT_URI" in
  s3://*/*) ;;
  *) refuse "the artifact is not an s3:// address" ;;
esac

path="${ARTIFACT_URI#s3://}"
bucket="${path%%/*}"
key="${path#*/}"
part="$MODEL_PATH.part"

set -- --bucket "$bucket" --key "$key"
# Without a version id the newest object is fetched; the digest below still has the last word.
if [ -n "${ARTIFACT_VERSION_ID:-}" ]; then
  set -- "$@" --version-id "$ARTIFACT_VERSION_ID"
fi
aws s3api get-object "$@" "$part" > /dev/null

found="$(sha256sum "$part")"
found="sha256:${found%% *}"
if [ "$found" != "$ARTIFACT_DIGEST" ]; then
  rm -f "$part"
  refuse "the artifact's digest is $found, approved was $ARTIFACT_DIGEST"
fi

# Renamed last: the server never sees a file that was not compared.
mv "$part" "$MODEL_PATH"
echo "fetched $ARTIFACT_URI, $found"
