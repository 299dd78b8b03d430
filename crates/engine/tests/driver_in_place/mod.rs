//! Libraries that stand in for a driver, NVRTC and cuBLAS, over the memory of the processor: with them, the calls of
//! the engine's bindings are run as they are.

use std::path::PathBuf;

use imputome_engine::cuda::KERNELS;

use crate::engines::host_card::{SHIM, built, table};

const DRIVER: &str = include_str!("driver.hpp");

/// A folder with libraries that stand in for a driver, NVRTC and cuBLAS; none without a compiler.
pub(crate) fn folder() -> Option<PathBuf> {
    let kernels = format!(
        "static std::map<std::string, Kernel> &kernels() {{ \
         static std::map<std::string, Kernel> all = {}; return all; }}\n",
        table()
    );
    let source = format!("{SHIM}\n{KERNELS}\n{DRIVER}\n{kernels}");
    let library = built("driver", &source, &["-shared", "-fPIC"])?;
    let library = library.expect("the kernels are C++");
    let folder = library.with_extension("folder");
    std::fs::create_dir_all(&folder).expect("the folder of tests takes folders");
    for name in ["libcuda.so", "libnvrtc.so", "libcublas.so"] {
        // It may be there from an earlier run, the same.
        let _ = std::os::unix::fs::symlink(&library, folder.join(name));
    }
    Some(folder)
}
