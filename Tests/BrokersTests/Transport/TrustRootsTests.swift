import Brokers
import Core
import Foundation
import NIOSSL
import Testing

/// Extra roots: with the file a host of theirs is spoken to, without it it is not, and nobody else trusts them.
@Suite(.fewAtOnce) struct TrustRootsTests {
    /// A root made for these tests alone, and a certificate of it for this machine; both until 2120.
    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIBSTCB8aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCVRlc3QgUm9v
        dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        VGVzdCBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEITRZMdKmT74cP/95
        RkN/EVxVBn9r9Mzk5GW3zTuCBZQ3dqpWXt7024dQljgnZx4zeUuWHReFXz3kEXsi
        iQP4QaMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUVZxXJR5DCPfQxYDW
        gkd+NXq4odAwCgYIKoZIzj0EAwIDRwAwRAIgMa/4F8xX58n0rJKf7yA1CO5zmyOI
        GEV08bNjUDlkHIgCID7O5KvDZfs+Q47xLRMmtTIidMAwjw805TdIBwmgp4PI
        -----END CERTIFICATE-----
        """
    /// Another root.
    private static let other = """
        -----BEGIN CERTIFICATE-----
        MIIBTTCB86ADAgECAgEDMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCk90aGVyIFJv
        b3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM
        Ck90aGVyIFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASvK3ixdQ5K44pD
        Fl5sDSz5T4brEkaiCXopGOV5+KiG89Zx/JDWPxYk3QtbV/R4lWJe/BxLMfGqKQPH
        oGr5PVUhozIwMDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBTK4zWI16OzK5Mu
        VSLv8ukeysVOzDAKBggqhkjOPQQDAgNJADBGAiEA4x9eWyzM4z6dWGhgGfTyddip
        O3REIyoOCw8twaGoQa8CIQDMOl0knp0KaWz3DXTavYu0pM+Et5cMp2SglFwrjeYe
        SQ==
        -----END CERTIFICATE-----
        """
    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIIBmDCCAT2gAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlUZXN0IFJv
        b3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDZ1SYdNu5ynPtAC
        9AeBaXR07GiQe7vY420s0r+eMs3B/2pEU9EHZZEf2gHs/u+z0khKWE/KIefMlfSq
        9u56Z3mjfjB8MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAJBgNVHRMEAjAA
        MBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBRwxcNEeNIpYbtvzvs1Uq1A
        CbSeeDAfBgNVHSMEGDAWgBRVnFclHkMI99DFgNaCR341erih0DAKBggqhkjOPQQD
        AgNJADBGAiEAvBNdDSLjfh9/6WqyGeET2gkALfYrn1TqlIF98AEr04oCIQDQCC4K
        U6kjJ6MSO5hLAZ858CmtPRIqE1CEhNAqpBO77w==
        -----END CERTIFICATE-----
        """
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg739Ntk7TLcmrIWEe
        973RYN6IblDsKRS6Z0WEacOEVNmhRANCAAQ2dUmHTbucpz7QAvQHgWl0dOxokHu7
        2ONtLNK/njLNwf9qRFPRB2WRH9oB7P7vs9JISlhPyiHnzJX0qvbuemd5
        -----END PRIVATE KEY-----
        """

    /// What a server of that certificate speaks.
    static func context() throws -> NIOSSLContext {
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(leaf.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        settings.minimumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: settings)
    }

    private func serving(
        _ body: (_ port: Int, _ file: @Sendable (String) throws -> String, TinkoffStandIn) async throws -> Void
    ) async throws {
        let standIn = TinkoffStandIn()
        let server = try await StandInServer(standIn, tls: try Self.context())
        let folder = FileManager.default.temporaryDirectory.appending(path: "roots-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            try await body(
                server.port,
                { text in
                    let file = folder.appending(path: "roots.pem")
                    try text.write(to: file, atomically: true, encoding: .utf8)
                    return file.path
                }, standIn)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        try FileManager.default.removeItem(at: folder)
    }

    private func broker(_ port: Int, _ trust: TrustRoots) throws -> TinkoffBroker {
        var settings = TinkoffBench.settings(port: port)
        (settings.baseURL, settings.streamURL) = ("https://127.0.0.1:\(port)", "wss://127.0.0.1:\(port)")
        settings.trust = trust
        return try TinkoffBroker(settings)
    }

    @Test func rootsOfTheFileAreTrustedByTheirClientAlone() async throws {
        try await serving { port, file, standIn in
            let trusting = try broker(port, TrustRoots(extraFile: try file(Self.root)))
            try await trusting.start(VenueWatch(symbols: [TinkoffBench.symbol], interval: nil, barsAfter: .epoch))
            // Streams as well.
            while standIn.calls("OrderStateStream") == 0 { _ = try await trusting.nextEvents() }
            // Beside it, in the same process, nobody else does.
            let plain = try broker(port, .system)
            let error = await #expect(throws: VenueError.self) { _ = try await plain.chosenAccount() }
            #expect(error?.code == "TINKOFF_TRUST" && error?.remedy == .configuration)
            #expect(
                error?.message.contains("gosuslugi.ru") == true && error?.message.contains("TINKOFF_CA_FILE") == true)
            await plain.stop()
            await trusting.stop()
        }
    }

    @Test func aFileWithoutTheRootOfTheHostIsNamed() async throws {
        try await serving { port, file, _ in
            let other = try broker(port, TrustRoots(extraFile: try file(Self.other)))
            let error = await #expect(throws: VenueError.self) { _ = try await other.chosenAccount() }
            #expect(error?.code == "TINKOFF_TRUST" && error?.message.contains("does not hold") == true)
            await other.stop()
        }
    }
}
