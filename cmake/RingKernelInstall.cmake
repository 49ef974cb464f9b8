# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The install and the build tree as packages: both answer find_package(RingKernel) with
# RingKernel::Runtime, RingKernel::Transport, RingKernel::Headers, RingKernel::ringc and ringkernel_add_kernel.

include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(packageDir "${CMAKE_INSTALL_LIBDIR}/cmake/RingKernel")

install(TARGETS ringkernelHeaders ringkernelRuntime ringkernelTransport EXPORT RingKernelTargets)
set(buildTreeTargets ringkernelHeaders ringkernelRuntime ringkernelTransport)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/ringkernel" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
if(TARGET ringc)
  install(TARGETS ringc EXPORT RingKernelTargets)
  list(APPEND buildTreeTargets ringc)
endif()
if(TARGET ring)
  install(TARGETS ring)
endif()
install(EXPORT RingKernelTargets NAMESPACE RingKernel:: DESTINATION "${packageDir}")
export(TARGETS ${buildTreeTargets} NAMESPACE RingKernel::
       FILE "${PROJECT_BINARY_DIR}/RingKernelTargets.cmake")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/RingKernelConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/RingKernelConfig.cmake" INSTALL_DESTINATION "${packageDir}")
# Until 1.0 a minor version may break the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/RingKernelConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMinorVersion)
configure_file("${PROJECT_SOURCE_DIR}/cmake/RingKernelAddKernel.cmake"
               "${PROJECT_BINARY_DIR}/RingKernelAddKernel.cmake" COPYONLY)
install(FILES "${PROJECT_BINARY_DIR}/RingKernelConfig.cmake"
              "${PROJECT_BINARY_DIR}/RingKernelConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/RingKernelAddKernel.cmake"
        DESTINATION "${packageDir}")
