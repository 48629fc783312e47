import Core
import Glibc

/// Which build of the program this is: its version and a mark of its very file, since a build may decide differently
/// without having another version.
enum ProgramBuild {
    /// Such as `0.1.0+5f2eae76`. Another copy of the same build may have another name, which costs nothing: what it did
    /// is then followed instead of being decided again.
    static let name: String = {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return AiTrade.version }
        let file = "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
        return "\(AiTrade.version)+\(Digest.sha256(file).hex.prefix(8))"
    }()
}
