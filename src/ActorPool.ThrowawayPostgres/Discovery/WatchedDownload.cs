using System.Net;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>Tells that an archive is being downloaded and how much of it is there, and has it compared with a hash that was known before.</summary>
/// <param name="hash">The archive's SHA-256. The download library gets it as if the publisher had sent it.</param>
/// <param name="what">The name of the download in the text.</param>
/// <param name="target">The folder where it is kept.</param>
/// <param name="tell">Receives a line of text.</param>
internal sealed class WatchedDownload(string hash, string what, string target, Action<string> tell) : DelegatingHandler(new HttpClientHandler())
{
    private const string Archive = ".jar";
    private const string Checksum = Archive + ".sha256";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith(Checksum, StringComparison.Ordinal))
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(hash), RequestMessage = request };
        var isArchive = path.EndsWith(Archive, StringComparison.Ordinal);
        if (isArchive)
            tell($"No usable PostgreSQL is installed: downloading {what} from {request.RequestUri.Host} to {target}.");
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (isArchive && response.IsSuccessStatusCode)
        {
            var length = response.Content.Headers.ContentLength;
            response.Content = new StreamContent(new Watched(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), length, tell));
        }

        return response;
    }

    /// <summary>The archive as it arrives; a line for each fifth of it.</summary>
    private sealed class Watched(Stream source, long? length, Action<string> tell) : Stream
    {
        private const int Parts = 5;
        private const double Megabyte = 1_000_000;

        private long _read;
        private long _told;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        public override int Read(byte[] buffer, int offset, int count) => Count(source.Read(buffer, offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int bytes)
        {
            _read += bytes;
            if (length is > 0 && _read * Parts / length.Value is var part && part > _told)
            {
                _told = part;
                tell(FormattableString.Invariant($"  {100 * part / Parts} % of {length / Megabyte:0.0} MB"));
            }

            return bytes;
        }
    }
}
