import NIOSSL

/// A file of extra roots that is of no use.
package struct TrustFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// What is wrong with it.
    package let problem: String

    package var description: String { "\(path) is not a file of PEM certificates: \(problem)" }
}

/// Whom to trust with TLS: the system's roots always, and for this one client the roots of a file as well.
package struct TrustRoots: Hashable, Sendable {
    /// A PEM file of extra roots; nil for none.
    package let extraFile: String?

    /// Only the system's roots.
    package static let system = TrustRoots(extraFile: nil)

    /// The system's roots and those of a PEM file.
    package init(extraFile: String?) {
        self.extraFile = extraFile
    }

    /// The TLS settings of a client.
    ///
    /// - Throws: ``TrustFault``.
    func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        guard let extraFile else { return configuration }
        do {
            let roots = try NIOSSLCertificate.fromPEMFile(extraFile)
            guard !roots.isEmpty else { throw TrustFault(path: extraFile, problem: "it holds none") }
            configuration.additionalTrustRoots = [.certificates(roots)]
        } catch let fault as TrustFault {
            throw fault
        } catch {
            throw TrustFault(path: extraFile, problem: "\(error)")
        }
        return configuration
    }
}
